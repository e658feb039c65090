import { io, type Socket } from 'socket.io-client';
import type { Ack, Commands } from '../../generated/contract';
import { next, type ConnectionEvent, type ConnectionState } from '../connection-machine';
import { RequestFailure } from '../failure';
import type { Feed, Wire } from '../wire';
import type { Session } from './session.svelte';

const TIMEOUT_MS = 10_000;

/** What the handshake tells beside the token. */
export interface Handshake {
  clientId: string;
  epoch?: string;
  rooms: Record<string, number>;
}

/** The one socket of this tab, and the state machine that decides when it connects. */
export class Connection implements Wire {
  state = $state.raw<ConnectionState>({ name: 'idle' });
  /** Round trip of the last heartbeat, in milliseconds. */
  roundTrip = $state<number | null>(null);

  readonly #socket: Socket;
  readonly #session: Session;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(session: Session, handshake: () => Handshake) {
    this.#session = session;
    this.#socket = io({
      autoConnect: false,
      // The state machine decides, so that the banner can tell when, and "now" means now.
      reconnection: false,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      auth: (give) => {
        // Without a fresh token the old one is tried: the server then says what is wrong with it.
        session
          .token()
          .catch(() => '')
          .then((token) => give({ token, ...handshake() }));
      },
    });
    this.#socket.on('connect_error', (error) => void this.#refused(error.message));
    this.#socket.on('disconnect', () => this.#lost());
  }

  /** Whether commands can be sent just now. Reactive. */
  get isOpen(): boolean {
    return this.state.name === 'connected' || this.state.name === 'draining';
  }

  /** Hands every event to the feed, connects, and stays connected until `stop`. */
  start(feed: Feed): void {
    for (const [name, hear] of Object.entries(feed)) {
      this.#socket.on(name, hear as (payload: unknown) => void);
    }
    this.#socket.on('ready', ({ heartbeatMs }) => this.#opened(heartbeatMs));
    this.#socket.on('connection:replaced', () => this.#apply({ type: 'replaced' }));
    this.#socket.on('session:ended', ({ reason }) => this.#end(reason));
    this.#socket.on('server:draining', ({ reconnectInMs }) =>
      this.#apply({ type: 'draining', reconnectAt: Date.now() + reconnectInMs }),
    );
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    this.#apply({ type: 'start', online: navigator.onLine });
  }

  stop(): void {
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    this.#apply({ type: 'stop' });
    this.#socket.off();
  }

  /** Does not wait for the countdown. */
  retryNow(): void {
    this.#apply({ type: 'retry' });
  }

  /** Takes the connection back from the device that replaced this one. */
  useHere(): void {
    this.#apply({ type: 'start', online: navigator.onLine });
  }

  async request<K extends keyof Commands>(
    command: K,
    payload: Commands[K]['payload'],
    timeoutMs = TIMEOUT_MS,
  ): Promise<Commands[K]['ack']> {
    // Socket.IO would keep it and send it after a reconnect, long after the caller gave up.
    if (!this.isOpen) throw RequestFailure.offline();
    let answer: Ack<Commands[K]['ack']>;
    try {
      answer = await this.#socket.timeout(timeoutMs).emitWithAck(command, payload);
    } catch {
      throw RequestFailure.offline();
    }
    if (!answer.success) throw RequestFailure.from(answer.error);
    return answer;
  }

  readonly #online = () => this.#apply({ type: 'online' });
  readonly #offline = () => this.#apply({ type: 'offline' });

  #opened(heartbeatMs: number): void {
    this.#apply({ type: 'opened' });
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => void this.#beat(), heartbeatMs);
  }

  async #beat(): Promise<void> {
    const sentAt = performance.now();
    try {
      await this.request('heartbeat', {});
      this.roundTrip = Math.round(performance.now() - sentAt);
    } catch {
      this.roundTrip = null;
    }
  }

  #lost(): void {
    clearInterval(this.#heartbeat);
    this.roundTrip = null;
    this.#apply({ type: 'lost', now: Date.now(), random: Math.random() });
  }

  /** A refused token may merely be old: a new one is tried before the session counts as over. */
  async #refused(reason: string): Promise<void> {
    if (reason.startsWith('unauthenticated')) {
      try {
        await this.#session.refresh();
      } catch (error) {
        if (error instanceof RequestFailure && error.code === 'unauthenticated') {
          this.#end(reason);
          return;
        }
      }
    }
    this.#lost();
  }

  #end(reason: string): void {
    this.#apply({ type: 'ended', reason });
    this.#session.end();
  }

  #apply(event: ConnectionEvent): void {
    const before = this.state;
    const after = next(before, event);
    if (after === before) return;
    this.state = after;
    clearTimeout(this.#timer);
    switch (after.name) {
      case 'connecting':
        this.#socket.connect();
        break;
      case 'waiting':
        this.#timer = setTimeout(() => this.retryNow(), after.retryAt - Date.now());
        break;
      case 'idle':
      case 'offline':
      case 'replaced':
      case 'ended':
        this.#socket.disconnect();
        break;
      case 'connected':
      case 'draining':
        break;
    }
  }
}
