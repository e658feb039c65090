/** Gives the focus back from a box that closes, unless what was chosen in it has led elsewhere already. */
export function returnFocus(box: HTMLElement, to: Element | null): void {
  const now = document.activeElement;
  if (now && now !== document.body && !box.contains(now)) return;
  if (to instanceof HTMLElement && to.isConnected) to.focus({ preventScroll: true });
}
