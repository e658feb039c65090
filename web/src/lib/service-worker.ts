import { router } from './state/router.svelte';

/** So long a new worker may take to begin, before the page is loaded anyway. */
const PATIENCE_MS = 2000;

/** Keeps the client's files for a start without a network. Browsers allow it on HTTPS alone. */
export async function keepForOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent) => {
    const { open } = data as { open?: string };
    if (open) router.go(open);
  });
  try {
    await navigator.serviceWorker.register('/sw.js');
  } catch {
    // Without it the client works as well, only not without a network.
  }
}

/** Loads the page anew, with the files of the new version. */
export async function takeUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const next = registration?.waiting;
  if (next) {
    await new Promise((done) => {
      navigator.serviceWorker.addEventListener('controllerchange', done, { once: true });
      setTimeout(done, PATIENCE_MS);
      next.postMessage('take-over');
    });
  }
  location.reload();
}
