import { describe, expect, it } from 'vitest';
import { backoff, next, type ConnectionEvent, type ConnectionState } from './connection-machine';

const idle: ConnectionState = { name: 'idle' };
const connecting: ConnectionState = { name: 'connecting', attempt: 0 };
const connected: ConnectionState = { name: 'connected' };
const waiting: ConnectionState = { name: 'waiting', attempt: 2, retryAt: 9000 };
const offline: ConnectionState = { name: 'offline' };
const draining: ConnectionState = { name: 'draining', reconnectAt: 7000 };
const replaced: ConnectionState = { name: 'replaced' };
const ended: ConnectionState = { name: 'ended', reason: 'revoked' };
const lost: ConnectionEvent = { type: 'lost', now: 5000, random: 0 };

describe('the connection', () => {
  it.each<[string, ConnectionState, ConnectionEvent, ConnectionState]>([
    ['connects when started', idle, { type: 'start', online: true }, connecting],
    ['waits for the network when started without', idle, { type: 'start', online: false }, offline],
    ['is open once the server is ready', connecting, { type: 'opened' }, connected],
    [
      'waits a second after a loss',
      connected,
      lost,
      { name: 'waiting', attempt: 0, retryAt: 6000 },
    ],
    ['counts failed attempts', connecting, lost, { name: 'waiting', attempt: 1, retryAt: 6000 }],
    [
      'keeps its count over a retry',
      waiting,
      { type: 'retry' },
      { name: 'connecting', attempt: 2 },
    ],
    ['gives up waiting without a network', waiting, { type: 'offline' }, offline],
    ['connects at once when the network returns', offline, { type: 'online' }, connecting],
    ['tries nothing while offline', offline, { type: 'retry' }, offline],
    ['does not count a loss while offline', offline, lost, offline],
    [
      'stays usable while the server drains',
      connected,
      { type: 'draining', reconnectAt: 7000 },
      draining,
    ],
    [
      'returns when the server asked for it',
      draining,
      lost,
      { name: 'waiting', attempt: 0, retryAt: 7000 },
    ],
    [
      'does not return before now',
      draining,
      { ...lost, now: 8000 },
      { name: 'waiting', attempt: 0, retryAt: 8000 },
    ],
    ['stops when replaced', connected, { type: 'replaced' }, replaced],
    ['stays replaced when the socket closes', replaced, lost, replaced],
    ['stays replaced when the network returns', replaced, { type: 'online' }, replaced],
    [
      'comes back from a replacement on demand',
      replaced,
      { type: 'start', online: true },
      connecting,
    ],
    ['ends with its session', connected, { type: 'ended', reason: 'revoked' }, ended],
    ['stays ended', ended, { type: 'start', online: true }, ended],
    ['stops', connected, { type: 'stop' }, idle],
    ['stays stopped when the socket closes', idle, lost, idle],
  ])('%s', (_, before, event, after) => {
    expect(next(before, event)).toEqual(after);
  });

  it('waits between one and five seconds, spread wider each time', () => {
    expect([0, 1, 2, 3, 9].map((attempt) => backoff(attempt, 0.999))).toEqual([
      1999, 2998, 4996, 5000, 5000,
    ]);
    expect(backoff(9, 0)).toBe(1000);
  });
});
