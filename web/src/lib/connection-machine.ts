/** Where the connection stands. Times are `Date.now()` in milliseconds. */
export type ConnectionState =
  | { name: 'idle' }
  | { name: 'connecting'; attempt: number }
  | { name: 'connected' }
  /** Connected, and a newer client is there: a reload takes it up. */
  | { name: 'outdated' }
  | { name: 'waiting'; attempt: number; retryAt: number }
  | { name: 'offline' }
  | { name: 'draining'; reconnectAt: number }
  | { name: 'replaced' }
  | { name: 'ended'; reason: string };

export type ConnectionEvent =
  | { type: 'start'; online: boolean }
  | { type: 'opened' }
  | { type: 'outdated' }
  | { type: 'postponed' }
  | { type: 'lost'; now: number; random: number }
  | { type: 'retry' }
  | { type: 'offline' }
  | { type: 'online' }
  | { type: 'draining'; reconnectAt: number }
  | { type: 'replaced' }
  | { type: 'ended'; reason: string }
  | { type: 'stop' };

/** The shortest wait, and how much longer the longest is, in milliseconds. */
const LEAST_MS = 1000;
const SPREAD_MS = 4000;

/**
 * 1 to 5 s, spread twice as wide after each failed attempt so that clients do not return all at
 * once. `random` is at least 0 and less than 1.
 */
export function backoff(attempt: number, random: number): number {
  return LEAST_MS + random * Math.min(SPREAD_MS, 1000 * 2 ** attempt);
}

/** Whether commands can be sent. */
export function isOpen({ name }: ConnectionState): boolean {
  return name === 'connected' || name === 'outdated' || name === 'draining';
}

/** The state after an event. An event that means nothing in a state leaves it as it is. */
export function next(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case 'stop':
      return { name: 'idle' };
    case 'ended':
      return state.name === 'idle' ? state : { name: 'ended', reason: event.reason };
    case 'replaced':
      return isActive(state) ? { name: 'replaced' } : state;
    case 'start':
      if (state.name !== 'idle' && state.name !== 'replaced') return state;
      return event.online ? { name: 'connecting', attempt: 0 } : { name: 'offline' };
    case 'opened':
      return state.name === 'connecting' ? { name: 'connected' } : state;
    case 'outdated':
      return state.name === 'connected' ? { name: 'outdated' } : state;
    case 'postponed':
      return state.name === 'outdated' ? { name: 'connected' } : state;
    case 'lost':
      return lost(state, event.now, event.random);
    case 'retry':
      return state.name === 'waiting' ? { name: 'connecting', attempt: state.attempt } : state;
    case 'offline':
      return isActive(state) ? { name: 'offline' } : state;
    case 'online':
      return state.name === 'offline' ? { name: 'connecting', attempt: 0 } : state;
    case 'draining':
      return isOpen(state) ? { name: 'draining', reconnectAt: event.reconnectAt } : state;
  }
}

function lost(state: ConnectionState, now: number, random: number): ConnectionState {
  switch (state.name) {
    case 'connected':
    case 'outdated':
      return { name: 'waiting', attempt: 0, retryAt: now + backoff(0, random) };
    case 'connecting': {
      const attempt = state.attempt + 1;
      return { name: 'waiting', attempt, retryAt: now + backoff(attempt, random) };
    }
    case 'draining':
      return { name: 'waiting', attempt: 0, retryAt: Math.max(now, state.reconnectAt) };
    case 'idle':
    case 'waiting':
    case 'offline':
    case 'replaced':
    case 'ended':
      return state;
  }
}

/** Whether the client has, or strives for, a connection. */
function isActive(state: ConnectionState): boolean {
  return isOpen(state) || state.name === 'connecting' || state.name === 'waiting';
}
