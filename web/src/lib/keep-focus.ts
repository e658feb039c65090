/**
 * A part of the page in which the control that has the focus may go: the part takes the focus then, else a keyboard would
 * begin anew at the top of the page, outside of any dialog. What comes in its place may take it before.
 */
export function keepFocus(part: HTMLElement): () => void {
  part.tabIndex = -1;
  part.style.outline = 'none';
  let last: EventTarget | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const note = ({ target }: FocusEvent) => (last = target);
  const take = () => {
    if (!(last instanceof Node) || last.isConnected) return;
    last = null;
    if (document.activeElement === document.body) part.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(take);
  });
  part.addEventListener('focusin', note);
  observer.observe(part, { childList: true, subtree: true });
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    part.removeEventListener('focusin', note);
  };
}
