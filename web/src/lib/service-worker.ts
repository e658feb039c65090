import { BASE } from './base';
import { router } from './state/router.svelte';

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string;
  };
}

const WORKER = `${BASE}sw.js`;

/** So long a new worker may take to begin, before the page is loaded anyway. */
const PATIENCE_MS = 2000;

/** A policy can be made only once. */
let address: string | undefined;

/** Keeps the client's files for a start without a network. Browsers allow it on HTTPS alone. */
export async function keepForOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent) => {
    const { open } = data as { open?: string };
    if (open) router.go(open);
  });
  try {
    await navigator.serviceWorker.register((address ??= trustedWorker()));
  } catch {
    // Without it the client works as well, only not without a network.
  }
}

/** The server's policy lets no address of a script through but this one, under this name. */
function trustedWorker(): string {
  const { trustedTypes } = window as { trustedTypes?: Policies };
  const rules = { createScriptURL: () => WORKER };
  return trustedTypes?.createPolicy('maru-worker', rules).createScriptURL(WORKER) ?? WORKER;
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
