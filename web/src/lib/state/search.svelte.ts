import type { Message, SearchHit, SearchMessagesAck, SearchSort } from '../../generated/contract';
import { RequestFailure } from '../failure';
import { groupHits, type HitGroup } from '../search/groups';
import { withoutUnfinished } from '../search/query-language';
import type { Wire } from '../wire';

/** Whoever types goes on within this time. */
const CALM_MS = 120;
/** An answer that came within this time needs no word that it is awaited. */
const SLOW_MS = 300;
/** What is only half written is not called wrong, or found nowhere, before this time. */
const UNFINISHED_MS = 900;
const PAGE = 20;
/** An edited message is shown up to here, in characters. */
const MOST_SHOWN = 160;

interface Question {
  query: string;
  roomId?: string;
  sort: SearchSort;
}

/** What somebody looks for, and what was found; kept while the panel is closed. */
export class Search {
  query = $state('');
  /** Only in this room. */
  roomId = $state<string>();
  sort = $state<SearchSort>('newest');
  /** `waiting` includes the moment before the server is asked. */
  status = $state<'idle' | 'waiting' | 'done' | 'failed'>('idle');
  isSlow = $state(false);
  failure = $state.raw<RequestFailure | null>(null);
  /** The query that failed: its flaw is counted in this one. */
  failedQuery = $state('');
  total = $state<number>();
  totalIsEstimate = $state(false);
  hasMore = $state(false);
  isLoadingMore = $state(false);
  hasMoreFailed = $state(false);
  /** The hit that Enter opens, counted through all groups. */
  active = $state(0);
  /** Where the reader was in what was found, in pixels. */
  scrollTop = 0;
  /** Grows with every answer that takes the place of another. */
  answers = $state(0);

  // Not derived: what is derived would end with the panel in which it began.
  groups = $state.raw<readonly HitGroup[]>([]);
  hits = $state.raw<readonly SearchHit[]>([]);

  readonly #wire: Wire;
  #pages: readonly (readonly SearchHit[])[] = [];
  #isComposing = false;
  #asked: Question | null = null;
  #cursor: string | undefined;
  /** Grows with every question: an answer to another one is stale. */
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  #heldTimer: ReturnType<typeof setTimeout> | undefined;
  /** An answer that is not shown before it is clear that nothing else will be typed. */
  #held: (() => void) | null = null;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The query, the room or the order has changed. `cursor` is where somebody writes. */
  follow(cursor = this.query.length, how: 'calmly' | 'now' = 'calmly'): void {
    this.#forgetWaiting();
    const query = withoutUnfinished(this.query, cursor);
    if (query.trim() === '') {
      this.reset();
      return;
    }
    const question = { query, sort: this.sort, ...(this.roomId ? { roomId: this.roomId } : {}) };
    this.status = 'waiting';
    this.#slowTimer = setTimeout(() => (this.isSlow = true), SLOW_MS);
    const generation = this.#generation;
    // Whoever presses Enter has finished writing.
    const unfinishedAt = how === 'calmly' ? cursor : undefined;
    const ask = () => void this.#ask(question, generation, unfinishedAt);
    if (how === 'now') ask();
    else this.#timer = setTimeout(ask, CALM_MS);
  }

  /** Shows nothing, as before anything was typed. */
  reset(): void {
    this.#forgetWaiting();
    this.#put([]);
    this.#asked = null;
    this.failure = null;
    this.total = undefined;
    this.hasMore = false;
    this.status = 'idle';
  }

  composing(isComposing: boolean): void {
    this.#isComposing = isComposing;
    if (!isComposing) this.#release();
  }

  /** The next page, unless one is under way. */
  async more(): Promise<void> {
    if (!this.#asked || !this.#cursor || this.isLoadingMore || this.status !== 'done') return;
    const generation = this.#generation;
    this.isLoadingMore = true;
    this.hasMoreFailed = false;
    try {
      const page = await this.#request({ ...this.#asked, cursor: this.#cursor });
      if (generation === this.#generation) this.#append(page);
    } catch {
      if (generation === this.#generation) this.hasMoreFailed = true;
    } finally {
      if (generation === this.#generation) this.isLoadingMore = false;
    }
  }

  /** A message is not there any more. */
  forget(messageId: string): void {
    this.#filter((hit) => hit.message.id !== messageId);
  }

  /** A room is not the user's any more. */
  leave(roomId: string): void {
    if (this.roomId === roomId) {
      this.roomId = undefined;
      this.follow();
    }
    this.#filter((hit) => hit.room.id !== roomId);
  }

  /** A message that was found may say something else now. */
  update(message: Message): void {
    const isOther = (hit: SearchHit) =>
      hit.message.id === message.id && hit.message.content !== message.content;
    if (!this.hits.some(isOther)) return;
    const line = [...message.content.replace(/\s+/gu, ' ').trim()];
    const snippet = line.slice(0, MOST_SHOWN).join('') + (line.length > MOST_SHOWN ? '…' : '');
    const pages = this.#pages.map((page) =>
      page.map((hit) => (isOther(hit) ? { ...hit, message, snippet, ranges: [] } : hit)),
    );
    this.#put(pages);
  }

  async #ask(question: Question, generation: number, unfinishedAt?: number): Promise<void> {
    try {
      const page = await this.#request(question);
      if (generation !== this.#generation) return;
      const show = () => this.#show(question, page);
      // A syllable that is being composed is found nowhere for a moment.
      if (page.hits.length === 0 && this.#isComposing && this.hits.length > 0) this.#hold(show);
      else show();
    } catch (error) {
      if (generation !== this.#generation) return;
      const failure = error instanceof RequestFailure ? error : new RequestFailure('internal', '');
      const show = () => this.#fail(failure, question);
      const end = question.query.length;
      const isBeingWritten = failure.flaw?.range[1] === end && unfinishedAt === end;
      if (isBeingWritten) this.#hold(show);
      else show();
    }
  }

  #request(question: Question & { cursor?: string }): Promise<SearchMessagesAck> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return this.#wire.request('messages:search', { ...question, timeZone, limit: PAGE });
  }

  #show(question: Question, page: SearchMessagesAck): void {
    this.#settle('done');
    this.failure = null;
    this.#asked = question;
    this.answers += 1;
    this.#put([]);
    this.active = 0;
    this.scrollTop = 0;
    this.total = page.total;
    this.totalIsEstimate = page.totalIsEstimate ?? false;
    this.#append(page);
  }

  #append(page: SearchMessagesAck): void {
    // What changed meanwhile may come twice.
    const known = new Set(this.hits.map((hit) => hit.message.id));
    this.#put([...this.#pages, page.hits.filter((hit) => !known.has(hit.message.id))]);
    this.#cursor = page.cursor;
    this.hasMore = page.cursor !== undefined;
  }

  #put(pages: readonly (readonly SearchHit[])[]): void {
    this.#pages = pages;
    this.groups = groupHits(pages);
    this.hits = this.groups.flatMap((group) => group.hits);
  }

  #fail(failure: RequestFailure, question: Question): void {
    this.#settle('failed');
    this.failure = failure;
    this.failedQuery = question.query;
    // What was found before answers another question, and a query that is wrong has no answer.
    const isOther = question.query !== this.#asked?.query || question.roomId !== this.#asked.roomId;
    const isOver = isOther && failure.code !== 'rate_limited';
    if (isOver || failure.flaw || failure.code === 'invalid') {
      this.#put([]);
      this.total = undefined;
      this.hasMore = false;
    }
    if (failure.code === 'rate_limited') {
      this.#timer = setTimeout(() => this.follow(undefined, 'now'), failure.retryAfterMs ?? 1000);
    }
  }

  #hold(show: () => void): void {
    this.#settle('waiting');
    this.#held = show;
    this.#heldTimer = setTimeout(() => this.#release(), UNFINISHED_MS);
  }

  #release(): void {
    clearTimeout(this.#heldTimer);
    const show = this.#held;
    this.#held = null;
    show?.();
  }

  #settle(status: 'waiting' | 'done' | 'failed'): void {
    clearTimeout(this.#slowTimer);
    this.isSlow = false;
    this.status = status;
  }

  #forgetWaiting(): void {
    this.#generation += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#slowTimer);
    clearTimeout(this.#heldTimer);
    this.#held = null;
    this.isSlow = false;
    this.isLoadingMore = false;
    this.hasMoreFailed = false;
  }

  #filter(stays: (hit: SearchHit) => boolean): void {
    const before = this.hits.length;
    const pages = this.#pages.map((page) => page.filter(stays));
    const gone = before - pages.reduce((sum, page) => sum + page.length, 0);
    if (gone === 0) return;
    this.#put(pages);
    if (this.total !== undefined) this.total = Math.max(0, this.total - gone);
    this.active = Math.max(0, Math.min(this.active, before - gone - 1));
  }
}
