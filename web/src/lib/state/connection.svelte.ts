import { io, type Socket } from 'socket.io-client';
import type { Ack, Commands } from '../../generated/contract';
import { BASE } from '../base';
import { isOutdated } from '../build';
import { isOpen, next, type ConnectionEvent, type ConnectionState } from '../connection-machine';
import { qualityOf, typicalRoundTrip, withRoundTrip } from '../connection-quality';
import { RequestFailure } from '../failure';
import type { Feed, Wire } from '../wire';
import type { Session } from './session.svelte';

/** How long a command, the opening of a connection, and a heartbeat after sleep may take. */
const TIMEOUT_MS = 10_000;
const WAKING_TIMEOUT_MS = 4000;

/** What the handshake tells beside the token. */
export interface Handshake {
  clientId: string;
  epoch?: string;
  rooms: Record<string, number>;
}

/** The one socket of this tab, and the state machine that decides when it connects. */
export class Connection implements Wire {
  state = $state.raw<ConnectionState>({ name: 'idle' });
  /** Whether the server hears the others of its cluster; if not, whether the reader has noted that. Reactive. */
  company = $state<'whole' | 'missing' | 'noted'>('whole');
  /** Round trips of the latest heartbeats of this connection, in milliseconds. */
  #roundTrips = $state.raw<readonly number[]>([]);

  /** The typical round trip in milliseconds; null when it is not known. Reactive. */
  readonly roundTrip = $derived(typicalRoundTrip(this.#roundTrips));
  readonly quality = $derived(this.roundTrip === null ? null : qualityOf(this.roundTrip));

  readonly #socket: Socket;
  readonly #session: Session;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #isBeating = false;
  #onclosed: () => void = () => undefined;

  constructor(session: Session, handshake: () => Handshake) {
    this.#session = session;
    this.#socket = io({
      path: `${BASE}socket.io`,
      autoConnect: false,
      // The state machine decides, so that the banner can tell when, and "now" means now.
      reconnection: false,
      timeout: TIMEOUT_MS,
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
    return isOpen(this.state);
  }

  /**
   * Hands every event to the feed, connects, and stays connected until `stop`. `onclosed` is called
   * whenever an open connection is gone.
   */
  start(feed: Partial<Feed>, onclosed: () => void): void {
    this.#onclosed = onclosed;
    this.follow(feed);
    this.#socket.on('ready', ({ heartbeatMs }) => this.#opened(heartbeatMs));
    this.#socket.on('server:cluster', ({ connected }) => this.#hearOfCompany(connected));
    this.#socket.on('connection:replaced', () => this.#apply({ type: 'replaced' }));
    this.#socket.on('session:ended', ({ reason }) => this.#end(reason));
    this.#socket.on('server:draining', ({ reconnectInMs }) =>
      this.#apply({ type: 'draining', reconnectAt: Date.now() + reconnectInMs }),
    );
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    addEventListener('vite:preloadError', this.#missed);
    document.addEventListener('visibilitychange', this.#woken);
    this.#apply({ type: 'start', online: navigator.onLine });
  }

  /** Hears events beside the feed, after it, until the function is called; for what is loaded on demand. */
  follow(feed: Partial<Feed>): () => void {
    const heard = Object.entries(feed) as [string, (payload: unknown) => void][];
    for (const [name, hear] of heard) this.#socket.on(name, hear);
    return () => heard.forEach(([name, hear]) => this.#socket.off(name, hear));
  }

  stop(): void {
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    removeEventListener('vite:preloadError', this.#missed);
    document.removeEventListener('visibilitychange', this.#woken);
    clearInterval(this.#heartbeat);
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

  /** The user goes on with this build; the next connection offers the new one again. */
  postponeUpdate(): void {
    this.#apply({ type: 'postponed' });
  }

  /** The reader knows that something may be missing. */
  noteCompany(): void {
    this.company = 'noted';
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
  /** A file of this build could not be had: the network is gone, or the server has another build. */
  readonly #missed = () => void this.#compareBuilds();

  /** Whoever looks waits for nothing, and a device that slept may hold a connection that is gone. */
  readonly #woken = () => {
    if (document.visibilityState !== 'visible') return;
    this.retryNow();
    void this.#beat(WAKING_TIMEOUT_MS);
  };

  #opened(heartbeatMs: number): void {
    this.#apply({ type: 'opened' });
    // A server that misses others says so next.
    this.company = 'whole';
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => void this.#beat(), heartbeatMs);
    void this.#beat();
    void this.#compareBuilds();
  }

  #hearOfCompany(isWhole: boolean): void {
    if (isWhole) this.company = 'whole';
    else if (this.company === 'whole') this.company = 'missing';
  }

  async #compareBuilds(): Promise<void> {
    if (await isOutdated()) this.#apply({ type: 'outdated' });
  }

  /** Measures the round trip. No answer means that nothing listens at the other end. */
  async #beat(timeoutMs = TIMEOUT_MS): Promise<void> {
    if (!this.isOpen || this.#isBeating) return;
    this.#isBeating = true;
    const { id } = this.#socket;
    const sentAt = performance.now();
    try {
      await this.request('heartbeat', {}, timeoutMs);
      if (id === this.#socket.id) {
        this.#roundTrips = withRoundTrip(this.#roundTrips, performance.now() - sentAt);
      }
    } catch (error) {
      const isDead = error instanceof RequestFailure && error.code === 'offline';
      if (isDead && id === this.#socket.id) this.#socket.disconnect();
    } finally {
      this.#isBeating = false;
    }
  }

  #lost(): void {
    clearInterval(this.#heartbeat);
    this.#roundTrips = [];
    this.#apply({ type: 'lost', now: Date.now(), random: Math.random() });
  }

  /** A refused token may merely be old: a new one is tried before the session counts as over. */
  async #refused(reason: string): Promise<void> {
    const { state } = this;
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
    // Another attempt may have begun meanwhile.
    if (this.state === state) this.#lost();
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
    if (isOpen(before) && !isOpen(after)) this.#onclosed();
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
      case 'outdated':
      case 'draining':
        break;
    }
  }
}
