/**
 * The path below which the server is reached, with a slash at both ends: `/`, or `/chat/` where it shares its host.
 * Files of a build lie in `assets` below it, and know where they came from.
 */
export const BASE = import.meta.env.PROD
  ? new URL(/* @vite-ignore */ '..', import.meta.url).pathname
  : '/';

/** The address of the client's first page. */
export const HOME = location.origin + BASE;

export const API = `${BASE}api/v1`;
