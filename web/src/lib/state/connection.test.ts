import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../failure';
import type { Feed } from '../wire';
import { Connection } from './connection.svelte';
import type { Session } from './session.svelte';

type Listener = (payload?: unknown) => void;

/** A socket whose other end is the test. */
class FakeSocket {
  id = 'first';
  connects = 0;
  isConnected = false;
  answer: (command: string) => unknown = () => ({ success: true });
  readonly #listeners = new Map<string, Listener>();

  on(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  off(): void {
    this.#listeners.clear();
  }

  hear(name: string, payload?: unknown): void {
    this.#listeners.get(name)?.(payload);
  }

  connect(): void {
    this.connects += 1;
  }

  disconnect(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.hear('disconnect');
  }

  timeout(): { emitWithAck: (command: string) => Promise<unknown> } {
    return { emitWithAck: async (command) => this.answer(command) };
  }

  ready(): void {
    this.isConnected = true;
    this.hear('ready', { heartbeatMs: 30_000 });
  }
}

let socket: FakeSocket;
let page = '';
vi.mock('socket.io-client', () => ({ io: () => socket }));

const closed = vi.fn();
const session = {
  token: vi.fn(async () => 'token'),
  refresh: vi.fn(async () => undefined),
  end: vi.fn(),
};

function started(): Connection {
  const connection = new Connection(session as unknown as Session, () => ({
    clientId: 'client',
    rooms: {},
  }));
  connection.start({} as Feed, closed);
  return connection;
}

function setOnline(online: boolean): void {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(online);
  dispatchEvent(new Event(online ? 'online' : 'offline'));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  vi.stubGlobal('fetch', async () => new Response(page));
  page = '';
  socket = new FakeSocket();
  session.refresh.mockReset();
  session.end.mockReset();
  closed.mockReset();
});

describe('a lost connection', () => {
  it('is tried again after a countdown, or at once on demand', async () => {
    const connection = started();
    socket.ready();
    expect(connection.isOpen).toBe(true);
    socket.disconnect();
    expect(closed).toHaveBeenCalledOnce();
    expect(connection.state).toMatchObject({ name: 'waiting', retryAt: Date.now() + 1000 });
    await vi.advanceTimersByTimeAsync(999);
    expect(socket.connects).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(socket.connects).toBe(2);
    socket.hear('connect_error', new Error('websocket error'));
    await vi.advanceTimersByTimeAsync(0);
    connection.retryNow();
    expect(socket.connects).toBe(3);
  });

  it('is not tried again while the browser says that it is offline', async () => {
    const connection = started();
    socket.ready();
    setOnline(false);
    expect(connection.state).toEqual({ name: 'offline' });
    connection.retryNow();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(socket.connects).toBe(1);
    setOnline(true);
    expect(socket.connects).toBe(2);
  });

  it('is noticed when a heartbeat stays without an answer', async () => {
    const connection = started();
    socket.ready();
    socket.answer = () => {
      throw new Error('operation has timed out');
    };
    await vi.advanceTimersByTimeAsync(30_000);
    expect(connection.state.name).toBe('waiting');
    expect(connection.roundTrip).toBeNull();
  });

  it('does not wait for a countdown when somebody looks', async () => {
    started();
    socket.ready();
    socket.disconnect();
    document.dispatchEvent(new Event('visibilitychange'));
    expect(socket.connects).toBe(2);
  });
});

it('tells its quality from heartbeats, the first of which is sent at once', async () => {
  const connection = started();
  expect(connection.quality).toBeNull();
  socket.ready();
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.quality).toBe('good');
  const beats = vi.fn(() => ({ success: true }));
  socket.answer = beats;
  await vi.advanceTimersByTimeAsync(90_000);
  expect(beats.mock.calls).toEqual([['heartbeat'], ['heartbeat'], ['heartbeat']]);
});

it('returns when a draining server asked for it', async () => {
  const connection = started();
  socket.ready();
  socket.hear('server:draining', { reconnectInMs: 4000 });
  expect(connection.isOpen).toBe(true);
  socket.disconnect();
  await vi.advanceTimersByTimeAsync(3999);
  expect(socket.connects).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(socket.connects).toBe(2);
});

it('tells once that the server misses others, until it hears them again', () => {
  const connection = started();
  socket.ready();
  expect(connection.company).toBe('whole');
  socket.hear('server:cluster', { connected: false });
  expect(connection.company).toBe('missing');
  connection.noteCompany();
  socket.hear('server:cluster', { connected: false });
  expect(connection.company).toBe('noted');
  socket.hear('server:cluster', { connected: true });
  expect(connection.company).toBe('whole');
  socket.hear('server:cluster', { connected: false });
  socket.disconnect();
  connection.retryNow();
  // Perhaps at another server.
  socket.ready();
  expect(connection.company).toBe('whole');
});

it('stays away when replaced, until the user wants it back', async () => {
  const connection = started();
  socket.ready();
  socket.hear('connection:replaced');
  await vi.advanceTimersByTimeAsync(60_000);
  expect([connection.state.name, socket.connects]).toEqual(['replaced', 1]);
  connection.useHere();
  expect([connection.state.name, socket.connects]).toEqual(['connecting', 2]);
});

it('offers a newer client, and again after the next reconnect if it was put off', async () => {
  page = '<script type="module" src="/assets/index-new.js"></script>';
  const connection = started();
  socket.ready();
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.state.name).toBe('outdated');
  expect(connection.isOpen).toBe(true);
  connection.postponeUpdate();
  expect(connection.state.name).toBe('connected');
  socket.disconnect();
  connection.retryNow();
  socket.ready();
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.state.name).toBe('outdated');
});

describe('a refused token', () => {
  const refusal = new Error('unauthenticated: the token has expired');

  it('is renewed, and the connection tried again', async () => {
    const connection = started();
    socket.hear('connect_error', refusal);
    await vi.advanceTimersByTimeAsync(0);
    expect(session.refresh).toHaveBeenCalledOnce();
    expect(connection.state.name).toBe('waiting');
  });

  it('ends the session when it cannot be renewed', async () => {
    session.refresh.mockRejectedValue(new RequestFailure('unauthenticated', 'no'));
    const connection = started();
    socket.hear('connect_error', refusal);
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.state.name).toBe('ended');
    expect(session.end).toHaveBeenCalledOnce();
  });

  it('takes nothing from the attempt that began while it was renewed', async () => {
    let renew = (): void => undefined;
    session.refresh.mockReturnValue(new Promise((done) => (renew = () => done(undefined))));
    const connection = started();
    socket.hear('connect_error', refusal);
    setOnline(false);
    setOnline(true);
    renew();
    await vi.advanceTimersByTimeAsync(0);
    expect([connection.state.name, socket.connects]).toEqual(['connecting', 2]);
    socket.ready();
    expect(connection.isOpen).toBe(true);
  });

  it('ends nothing when the server cannot be reached', async () => {
    session.refresh.mockRejectedValue(RequestFailure.offline());
    const connection = started();
    socket.hear('connect_error', refusal);
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.state.name).toBe('waiting');
    expect(session.end).not.toHaveBeenCalled();
  });
});

it('stops for good', async () => {
  const connection = started();
  socket.ready();
  connection.stop();
  setOnline(true);
  document.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([connection.state.name, socket.connects]).toEqual(['idle', 1]);
});
