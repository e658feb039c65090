/** So long until another try, at first and at most, unless the network comes back before. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * A part of the client that is loaded when it is needed. Without a network it comes as soon as there is one again:
 * nobody has to do anything for it.
 */
export async function onDemand<T>(load: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await load();
    } catch (error) {
      await networkOrTime(pause);
      askAgainForStyles(error);
    }
  }
}

function networkOrTime(pause: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener('online', go);
      resolve();
    };
    const timer = setTimeout(go, pause);
    addEventListener('online', go);
  });
}

/** What loads modules asks for each style sheet only once; its error names the one that did not come. */
function askAgainForStyles(error: unknown): void {
  const path = /Unable to preload CSS for (\S+)/.exec(String(error))?.[1];
  const link = path && document.querySelector<HTMLLinkElement>(`link[href$="${path}"]`);
  if (!link) return;
  const again = link.cloneNode() as HTMLLinkElement;
  link.replaceWith(again);
}
