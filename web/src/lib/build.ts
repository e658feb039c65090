import { BASE } from './base';

const TIMEOUT_MS = 10_000;

/**
 * Whether the server has another client than the one that runs: its page names files that this page
 * did not come with. False when the server cannot be asked.
 */
export async function isOutdated(): Promise<boolean> {
  try {
    const response = await fetch(BASE, {
      headers: { Accept: 'text/html' },
      cache: 'no-cache',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.ok && namesOtherFiles(await response.text(), document);
  } catch {
    return false;
  }
}

/** Files have their content's hash in their name, so that a name tells of a build. */
export function namesOtherFiles(page: string, running: ParentNode): boolean {
  const named = [...page.matchAll(/(?:src|href)="([\w./-]*\/assets\/[\w.-]+)"/g)].map(
    ([, path]) => path,
  );
  return named.some((path) => !running.querySelector(`[src="${path}"], [href="${path}"]`));
}
