/**
 * Does something at once and again and again, each time so many milliseconds after the last has ended, but not for a page
 * that nobody sees. What it answers ends that.
 */
export function repeatedly(pause: number, act: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  async function turn(): Promise<void> {
    if (!document.hidden) await act();
    if (!ended) timer = setTimeout(() => void turn(), pause);
  }
  void turn();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
