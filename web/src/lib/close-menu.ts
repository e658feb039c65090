/** Closes the popover or dialog that an element of a menu is in. */
export function closeMenu(item: Element): void {
  const box = item.closest<HTMLElement>('[popover], dialog');
  if (box instanceof HTMLDialogElement) box.close();
  else box?.hidePopover();
}
