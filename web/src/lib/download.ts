/** Some browsers read what is saved only after the click was dealt with. */
const KEPT_MS = 60_000;

/** Has the browser save something as a file of this name. */
export function saveAs(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
