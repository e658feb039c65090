/** Fetches what people need as soon as they write or act, and nobody needs to read. */
export async function loadTools(): Promise<void> {
  await Promise.all([
    import('../components/MessageMenus.svelte'),
    import('../components/MessageEditor.svelte'),
    import('../components/CompletionList.svelte'),
    import('./composer/suggestions'),
  ]).catch(() => undefined);
}

/** Calls when the browser has time; the function that it returns takes that back. */
export function whenIdle(work: () => void): () => void {
  // Safari has no idle callbacks.
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(work, 500);
    return () => clearTimeout(timer);
  }
  const id = requestIdleCallback(work, { timeout: 3000 });
  return () => cancelIdleCallback(id);
}
