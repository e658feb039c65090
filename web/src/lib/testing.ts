import type { Commands, Message, UserRef } from '../generated/contract';
import type { Lead } from './state/lead';
import type { Tabs } from './state/tabs';
import type { Feed, Wire } from './wire';

export const ana: UserRef = { id: 'ana', username: 'ana', displayName: 'Ana' };
export const ben: UserRef = { id: 'ben', username: 'ben', displayName: 'Ben' };

export function message(seq: number, changes: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    roomId: 'room',
    seq,
    rev: seq,
    kind: 'text',
    user: ana,
    content: `message ${seq}`,
    mentions: [],
    reactions: [],
    pinned: false,
    createdAt: new Date(Date.UTC(2026, 0, 1, 12, 0, seq)).toISOString(),
    ...changes,
  };
}

type Answer = (payload: never) => unknown;

/** A connection whose answers a test gives. */
export class ScriptedWire implements Wire {
  isOpen = true;
  readonly asked: { command: string; payload: unknown; timeoutMs: number | undefined }[] = [];
  readonly #answers: Record<string, Answer>;

  constructor(answers: Record<string, Answer>) {
    this.#answers = answers;
  }

  async request<K extends keyof Commands>(
    command: K,
    payload: Commands[K]['payload'],
    timeoutMs?: number,
  ): Promise<Commands[K]['ack']> {
    this.asked.push({ command, payload, timeoutMs });
    const answer = this.#answers[command];
    if (!answer) throw new Error(`no answer to ${command}`);
    return (await answer(payload as never)) as Commands[K]['ack'];
  }
}

/** A connection that also tells what a test has it tell. */
export class FollowedWire extends ScriptedWire {
  readonly #feeds: Partial<Feed>[] = [];

  follow(feed: Partial<Feed>): () => void {
    this.#feeds.push(feed);
    return () => void this.#feeds.splice(this.#feeds.indexOf(feed), 1);
  }

  tell<K extends keyof Feed>(event: K, payload: Parameters<Feed[K]>[0]): void {
    for (const feed of this.#feeds) feed[event]?.(payload as never);
  }
}

/** Tabs of one browser: what one tells, all others hear. */
export function tabsOf<T>(count: number): Tabs<T>[] {
  const listeners: ((news: T) => void)[] = [];
  return Array.from({ length: count }, (_, own) => ({
    tell: (news) => listeners.forEach((listener, other) => other !== own && listener(news)),
    hear: (listener) => (listeners[own] = listener),
    close: () => (listeners[own] = () => undefined),
  }));
}

/** A lead that a test gives and takes. */
export class GivenLead implements Lead {
  isHeld = false;
  isExclusive = true;
  seizures = 0;
  #onheld: () => void = () => undefined;

  seek(onheld: () => void): void {
    this.#onheld = onheld;
  }

  give(): void {
    this.isHeld = true;
    this.#onheld();
  }

  seize(): void {
    this.seizures += 1;
    this.give();
  }

  resign(): void {
    this.isHeld = false;
  }
}
