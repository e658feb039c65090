import { tick } from 'svelte';
import type { Virtualizer } from 'virtua/svelte';
import { Glow } from './glow.svelte';
import { t } from './i18n/catalogue.svelte';
import { isOnlyInThread, type Row } from './message-rows';
import type { Conversation } from './state/conversation.svelte';
import { MOST_SHOWN, PAGE, type Timeline } from './state/timeline.svelte';
import { toasts } from './state/toasts.svelte';
import { unfolded } from './text/folding.svelte';

/** The bottom sticks within this distance, in pixels. */
const STICKY_PX = 100;
/** More is loaded when this little is left to scroll, in pixels. */
const AHEAD_PX = 1600;
/** How much of what was read before stands above the first unread message, in pixels. */
const CONTEXT_PX = 48;
/** Within so many frames a stretch is measured. */
const MOST_FRAMES = 12;

/** The list of messages that is read. */
interface List {
  readonly timeline: Timeline;
  readonly conversation: Conversation;
  readonly rows: readonly Row[];
  /** The message that a link names. */
  readonly focusSeq: number | undefined;
  /** The message that the link names was left. */
  onleave: () => void;
}

/** Where in a list of messages its reader is: placed when it opens, kept while it grows, moved by links. */
export class ReadingPosition {
  scroller = $state<HTMLElement>();
  virtualizer = $state<Virtualizer<Row>>();
  isAtBottom = $state(true);
  /** Until the first scroll is done, positions mean nothing. */
  isPlaced = $state(false);
  readonly glow = new Glow<number>();

  readonly #list: List;
  /** Where to go once its surroundings are loaded. */
  #goal: 'opening' | 'end' | number | null = 'opening';
  #lastScrollTop = 0;

  constructor(list: List) {
    this.#list = list;
  }

  /** Goes to the newest message, wherever the reader is. */
  async toEnd(): Promise<void> {
    if (!this.#list.timeline.atEnd && !(await this.#load('end'))) return;
    this.isAtBottom = true;
    await tick();
    this.#stick();
    // The address names the message no longer that was left.
    if (this.#list.focusSeq !== undefined) this.#list.onleave();
  }

  /** Goes to the message that a link names, while the list is shown. */
  follow(seq: number): void {
    if (!this.#list.timeline.covers(seq)) void this.#load(seq);
    else if (this.isPlaced) this.#reveal(seq);
  }

  /** Goes where a stretch that was just loaded is to be read. */
  place(): void {
    const { focusSeq, rows, timeline } = this.#list;
    const opening = this.#goal === 'opening' ? focusSeq : null;
    const target = opening ?? this.#goal ?? timeline.readingSeq ?? 'end';
    this.#goal = null;
    this.isPlaced = false;
    const divider = rows.findIndex((row) => row.kind !== 'start' && row.isFirstUnread);
    if (typeof target === 'number') {
      this.#reveal(target);
    } else if (target === 'opening' && divider > 0) {
      this.isAtBottom = false;
      this.#settle(() => this.#bring(divider, CONTEXT_PX));
    } else {
      this.isAtBottom = timeline.atEnd;
      this.#settle(() => this.#stick());
    }
  }

  /** Rows have come: the end stays in view, if it was. */
  keepEnd(): void {
    if (!this.isPlaced || !this.isAtBottom || this.#goal !== null) return;
    void tick().then(() => {
      this.#stick();
      this.measure();
    });
  }

  resize(): void {
    if (!this.isPlaced) return;
    // The new height is on the page after the next update.
    if (this.isAtBottom) void tick().then(() => this.#stick());
    else this.measure();
  }

  /** Takes note of where the reader is, and loads what comes next. */
  measure(): void {
    const { scroller, virtualizer } = this;
    if (!this.isPlaced || this.#goal !== null || !scroller || !virtualizer) return;
    const { rows, timeline } = this.#list;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    const isUp = scrollTop < this.#lastScrollTop - 1;
    this.#lastScrollTop = scrollTop;
    // Only a reader leaves the end: what has grown below is followed.
    if (below <= STICKY_PX) this.isAtBottom = timeline.atEnd;
    else if (isUp || !timeline.atEnd) this.isAtBottom = false;
    else if (this.isAtBottom) this.#stick();
    const middle = rows[virtualizer.findItemIndex(scrollTop + clientHeight / 2)];
    timeline.readingSeq =
      this.isAtBottom || !middle || middle.kind === 'start' ? undefined : middle.message.seq;
    if (scrollTop < AHEAD_PX) void timeline.loadOlder();
    if (below < AHEAD_PX) void timeline.loadNewer();
    // By what is shown: what is hidden in threads, and much, would be loaded again and again.
    if (rows.length > MOST_SHOWN + PAGE) timeline.trim(below < scrollTop ? 'older' : 'newer');
  }

  /** Loads what lies elsewhere. When that cannot be had, the reader stays where they are. */
  async #load(place: 'end' | number): Promise<boolean> {
    this.#goal = place;
    const isThere = await this.#list.timeline.open(place === 'end' ? undefined : place);
    if (!isThere) {
      this.#goal = null;
      toasts.show(t('room.failed'));
    }
    return isThere;
  }

  // The list scrolls itself, and repeats it while things are measured. Virtua's own scrolling goes on
  // for a moment, and would pull back whoever scrolls meanwhile.
  #stick(): void {
    this.scroller?.scrollTo({ top: this.scroller.scrollHeight });
  }

  /** Brings a row to the top, below `above` pixels of what precedes it, or to the middle. */
  #bring(index: number, above?: number): void {
    const { scroller, virtualizer } = this;
    if (!virtualizer || !scroller) return;
    const gap = above ?? (scroller.clientHeight - virtualizer.getItemSize(index)) / 2;
    scroller.scrollTo({ top: virtualizer.getItemOffset(index) - Math.max(0, gap) });
  }

  /** Goes to a message, or the next one that is shown; to one that a link names so that it is seen. */
  #reveal(seq: number): void {
    const { focusSeq, rows } = this.#list;
    const index = rows.findIndex((row) => row.kind !== 'start' && row.message.seq >= seq);
    this.isAtBottom = index < 0;
    this.#settle(() => (index < 0 ? this.#stick() : this.#bring(index)));
    if (seq === focusSeq) this.#tellOf(seq);
  }

  /** Scrolls somewhere, again and again until everything there is measured. */
  #settle(scroll: () => void, framesLeft = MOST_FRAMES): void {
    const { scroller } = this;
    if (!scroller) return;
    const before = scroller.scrollHeight;
    scroll();
    requestAnimationFrame(() => {
      const isMeasured = framesLeft < MOST_FRAMES && this.scroller?.scrollHeight === before;
      if (framesLeft === 0 || isMeasured) {
        this.isPlaced = true;
        this.measure();
      } else this.#settle(scroll, framesLeft - 1);
    });
  }

  /** The message that a link names shows itself, if it is still there. */
  #tellOf(seq: number): void {
    const { conversation, timeline } = this.#list;
    const message = timeline.messages.find((one) => one.seq === seq);
    if (!message) {
      toasts.show(t('message.notFound'));
      return;
    }
    unfolded.set(message.id, true);
    if (!conversation.threadRoot && isOnlyInThread(message)) conversation.openThread(message, seq);
    else this.glow.on(seq);
  }
}
