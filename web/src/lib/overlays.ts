/** Marks the entry of the history that stands for what lies over the page. */
interface Mark {
  covered: true;
}

/** What lies over the page, the topmost last: how each is closed. */
const open: (() => void)[] = [];
/** The mark is being taken back, because what it stood for was closed by itself. */
let isLeaving = false;
/** What is written into the history once that has happened: before, it would go with the mark. */
let afterwards: (() => void)[] = [];

// Before everybody else who hears of it: the page that it leads to is the one that is shown.
addEventListener('popstate', onpopstate, true);

/**
 * Something covers the page, as a dialog, a menu or a picture: on a phone "back" then closes that, and
 * only that. The function that it returns is called when it is gone.
 */
export function cover(close: () => void): () => void {
  if (!matchMedia('(max-width: 45rem), (pointer: coarse)').matches) return () => undefined;
  open.push(close);
  mark();
  return () => {
    open.splice(open.indexOf(close), 1);
    // Something else may take its place, or lead to another page.
    setTimeout(() => {
      // What was closed in the same moment may have begun to go back.
      if (isLeaving || open.length > 0 || !isMarked()) return;
      isLeaving = true;
      history.back();
    });
  };
}

/** A new entry of the history. What is covered by then is left. */
export function pushEntry(state: unknown, path?: string): void {
  if (isLeaving) afterwards.push(() => pushEntry(state, path));
  else history[isMarked() ? 'replaceState' : 'pushState'](state, '', path);
}

/** Another address for the entry that is shown. What lies over the page takes its own entry back. */
export function replaceEntry(path: string): void {
  if (isLeaving) afterwards.push(() => replaceEntry(path));
  else if (path !== location.pathname || !isMarked()) history.replaceState(null, '', path);
}

function isMarked(): boolean {
  return (history.state as Mark | null)?.covered === true;
}

function mark(): void {
  if (!isMarked()) history.pushState({ covered: true } satisfies Mark, '');
}

function onpopstate(event: PopStateEvent): void {
  const close = open.at(-1);
  if (!isLeaving && (!close || isMarked())) return;
  event.stopImmediatePropagation();
  if (!isLeaving) close?.();
  isLeaving = false;
  const waiting = afterwards;
  afterwards = [];
  for (const write of waiting) write();
  // Below it lies another one, or one was opened meanwhile.
  setTimeout(() => open.length > 0 && mark());
}
