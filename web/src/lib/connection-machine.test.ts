import { describe, expect, it } from 'vitest';
import {
  backoff,
  isOpen,
  next,
  type ConnectionEvent,
  type ConnectionState,
} from './connection-machine';

type Name = ConnectionState['name'];

const states: { [N in Name]: Extract<ConnectionState, { name: N }> } = {
  idle: { name: 'idle' },
  connecting: { name: 'connecting', attempt: 1 },
  connected: { name: 'connected' },
  outdated: { name: 'outdated' },
  waiting: { name: 'waiting', attempt: 2, retryAt: 9000 },
  offline: { name: 'offline' },
  draining: { name: 'draining', reconnectAt: 7000 },
  replaced: { name: 'replaced' },
  ended: { name: 'ended', reason: 'revoked' },
};

const lost: ConnectionEvent = { type: 'lost', now: 5000, random: 0 };

/** Every event, and every state that it leads out of; in all others it changes nothing. */
const transitions: [ConnectionEvent, Partial<Record<Name, Name>>][] = [
  [
    { type: 'start', online: true },
    { idle: 'connecting', replaced: 'connecting' },
  ],
  [
    { type: 'start', online: false },
    { idle: 'offline', replaced: 'offline' },
  ],
  [{ type: 'opened' }, { connecting: 'connected' }],
  [{ type: 'outdated' }, { connected: 'outdated' }],
  [{ type: 'postponed' }, { outdated: 'connected' }],
  [lost, { connecting: 'waiting', connected: 'waiting', outdated: 'waiting', draining: 'waiting' }],
  [{ type: 'retry' }, { waiting: 'connecting' }],
  [
    { type: 'offline' },
    {
      connecting: 'offline',
      connected: 'offline',
      outdated: 'offline',
      waiting: 'offline',
      draining: 'offline',
    },
  ],
  [{ type: 'online' }, { offline: 'connecting' }],
  [
    { type: 'draining', reconnectAt: 8000 },
    { connected: 'draining', outdated: 'draining', draining: 'draining' },
  ],
  [
    { type: 'replaced' },
    {
      connecting: 'replaced',
      connected: 'replaced',
      outdated: 'replaced',
      waiting: 'replaced',
      draining: 'replaced',
    },
  ],
  [
    { type: 'ended', reason: 'logged out' },
    {
      connecting: 'ended',
      connected: 'ended',
      outdated: 'ended',
      waiting: 'ended',
      offline: 'ended',
      draining: 'ended',
      replaced: 'ended',
      ended: 'ended',
    },
  ],
  [
    { type: 'stop' },
    {
      idle: 'idle',
      connecting: 'idle',
      connected: 'idle',
      outdated: 'idle',
      waiting: 'idle',
      offline: 'idle',
      draining: 'idle',
      replaced: 'idle',
      ended: 'idle',
    },
  ],
];

const cases = transitions.flatMap(([event, leads]) =>
  Object.values(states).map((state) => {
    const type = event.type === 'start' && !event.online ? 'start without a network' : event.type;
    return [type, state.name, leads[state.name], event, state] as const;
  }),
);

describe('the connection', () => {
  it.each(cases)('at “%s” while %s becomes %s', (_, __, name, event, state) => {
    if (name === undefined) expect(next(state, event)).toBe(state);
    else expect(next(state, event).name).toBe(name);
  });

  it('can be used while connected, whatever is about to come', () => {
    const open = Object.values(states).filter(isOpen);
    expect(open.map(({ name }) => name)).toEqual(['connected', 'outdated', 'draining']);
  });
});

describe('a reconnect', () => {
  it('comes a second after a loss at the earliest', () => {
    const waiting = { name: 'waiting', attempt: 0, retryAt: 6000 };
    expect(next(states.connected, lost)).toEqual(waiting);
    expect(next(states.outdated, lost)).toEqual(waiting);
  });

  it('counts failed attempts, and starts over when the network returns', () => {
    const waiting = next(states.connecting, lost);
    expect(waiting).toEqual({ name: 'waiting', attempt: 2, retryAt: 6000 });
    expect(next(waiting, { type: 'retry' })).toEqual({ name: 'connecting', attempt: 2 });
    expect(next(states.offline, { type: 'online' })).toEqual({ name: 'connecting', attempt: 0 });
  });

  it('comes when a draining server asked for it, never in the past', () => {
    expect(next(states.draining, lost)).toEqual({ name: 'waiting', attempt: 0, retryAt: 7000 });
    const late: ConnectionEvent = { type: 'lost', now: 8000, random: 0.5 };
    expect(next(states.draining, late)).toEqual({ name: 'waiting', attempt: 0, retryAt: 8000 });
  });

  it('waits one to five seconds, spread wider each time and never crowded at the end', () => {
    expect([0, 1, 2, 3, 9].map((attempt) => backoff(attempt, 0))).toEqual(Array(5).fill(1000));
    expect([0, 1, 2, 3, 9].map((attempt) => backoff(attempt, 0.5))).toEqual([
      1500, 2000, 3000, 3000, 3000,
    ]);
    expect(backoff(9, 0.999)).toBeLessThan(5000);
  });
});
