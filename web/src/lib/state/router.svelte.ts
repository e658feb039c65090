import { BASE } from '../base';
import { pushEntry, replaceEntry } from '../overlays';

/** Where the browser keeps which room was open last. */
export const LAST_ROOM = 'maru:room';

export type Route =
  /** With `seq` at one of the room's messages, with `taskId` at one of its tasks. */
  | { page: 'chat'; roomId?: string; seq?: number; taskId?: string }
  | { page: 'login' | 'setup' | 'invite' | 'reset' | 'unknown' };

/** The page that a path names. */
export function routeOf(path: string): Route {
  if (!`${path}/`.startsWith(BASE)) return { page: 'unknown' };
  const [first, ...rest] = path.slice(BASE.length).split('/').filter(Boolean);
  switch (first) {
    case undefined:
      return { page: 'chat' };
    case 'rooms':
      return roomRoute(rest);
    case 'login':
    case 'setup':
    case 'invite':
    case 'reset':
      return rest.length === 0 ? { page: first } : { page: 'unknown' };
    default:
      return { page: 'unknown' };
  }
}

function roomRoute([roomId, seq, ...more]: string[]): Route {
  const [taskId] = more;
  if (roomId && seq === 'tasks' && taskId && more.length === 1) {
    return { page: 'chat', roomId, taskId };
  }
  if (!roomId || more.length > 0) return { page: 'unknown' };
  if (seq === undefined) return { page: 'chat', roomId };
  if (!/^[1-9]\d{0,14}$/.test(seq)) return { page: 'unknown' };
  return { page: 'chat', roomId, seq: Number(seq) };
}

/** A room's address, or a message's in it. Ids consist of letters that need no escape. */
export function roomPath(roomId: string, seq?: number): string {
  const path = `${BASE}rooms/${roomId}`;
  return seq === undefined ? path : `${path}/${seq}`;
}

/** The page that is shown, kept in the browser's history. */
class Router {
  #path = $state(location.pathname);
  /** Grows with every navigation, so that the same link can be followed twice. */
  visits = $state(0);

  readonly route = $derived(routeOf(this.#path));

  constructor() {
    addEventListener('popstate', () => this.#arrive(location.pathname));
  }

  go(path: string, how: 'push' | 'replace' = 'push'): void {
    if (how === 'push' && path !== this.#path) pushEntry(null, path);
    else replaceEntry(path);
    this.#arrive(path);
  }

  /** Handles clicks on links to the client's own pages; others are the browser's. */
  follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.origin !== location.origin || link.hasAttribute('download')) return;
    if (link.target && link.target !== '_self' && !link.dataset.internal) return;
    if (routeOf(link.pathname).page === 'unknown') return;
    event.preventDefault();
    this.go(link.pathname);
  }

  #arrive(path: string): void {
    this.#path = path;
    this.visits += 1;
  }
}

export const router = new Router();
