/** Which of a person's tabs does what only one of them may do. */
export interface Lead {
  readonly isHeld: boolean;
  /** False where tabs cannot exclude each other: then each holds the lead for itself. */
  readonly isExclusive: boolean;
  /** Queues for the lead. `onheld` is called each time that it is won. */
  seek(onheld: () => void): void;
  /** Takes the lead from a tab that does nothing with it, because its browser put it to sleep. */
  seize(): void;
  /** Gives it up, or leaves the queue. */
  resign(): void;
}

/** The holder of a lock leads, until it resigns or its tab is gone. */
class LockedLead implements Lead {
  isHeld = false;
  readonly isExclusive = true;
  readonly #name: string;
  #onheld: () => void = () => undefined;
  #giveUp: AbortController | undefined;
  #release: (() => void) | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  seek(onheld: () => void): void {
    this.#onheld = onheld;
    if (!this.#giveUp) void this.#queue({});
  }

  seize(): void {
    if (this.isHeld || !this.#giveUp) return;
    this.#giveUp.abort();
    void this.#queue({ steal: true });
  }

  resign(): void {
    this.#giveUp?.abort();
    this.#giveUp = undefined;
    this.#release?.();
  }

  async #queue(options: LockOptions): Promise<void> {
    const giveUp = new AbortController();
    this.#giveUp = giveUp;
    // What steals does not wait, and must not be given a signal.
    const how = options.steal ? options : { signal: giveUp.signal };
    const held = () =>
      giveUp.signal.aborted ? undefined : new Promise<void>((done) => this.#hold(done));
    try {
      await navigator.locks.request(this.#name, how, held);
    } catch {
      // It left the queue, or another tab took the lead.
    }
    this.isHeld = false;
    this.#release = undefined;
    if (this.#giveUp === giveUp) void this.#queue({});
  }

  #hold(release: () => void): void {
    this.#release = release;
    this.isHeld = true;
    this.#onheld();
  }
}

/** On plain HTTP browsers offer no locks. */
class OwnLead implements Lead {
  isHeld = false;
  readonly isExclusive = false;

  seek(onheld: () => void): void {
    if (this.isHeld) return;
    this.isHeld = true;
    onheld();
  }

  seize(): void {}

  resign(): void {
    this.isHeld = false;
  }
}

export function leadOf(name: string): Lead {
  return 'locks' in navigator ? new LockedLead(name) : new OwnLead();
}
