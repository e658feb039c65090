/**
 * Follows the revs of one room: every change takes the next one, so that a jump tells of a change
 * that was not heard.
 */
export class Revisions {
  #known: number;
  /** Revs heard above a gap, while it is being filled. */
  readonly #ahead = new Set<number>();
  #catchingUp = false;

  constructor(known: number) {
    this.#known = known;
  }

  /** Everything up to this rev is known. */
  get known(): number {
    return this.#known;
  }

  /** Takes note of a rev: `stale` is known already, a `gap` is told once until it is filled. */
  hear(rev: number): 'next' | 'stale' | 'ahead' | 'gap' {
    if (rev <= this.#known || this.#ahead.has(rev)) return 'stale';
    if (!this.#catchingUp && rev === this.#known + 1) {
      this.#known = rev;
      return 'next';
    }
    this.#ahead.add(rev);
    if (this.#catchingUp) return 'ahead';
    this.#catchingUp = true;
    return 'gap';
  }

  /** The server has told everything up to `rev`. True when what was heard meanwhile leaves a gap. */
  caughtUp(rev: number): boolean {
    this.#known = Math.max(this.#known, rev);
    for (const ahead of [...this.#ahead].sort((a, b) => a - b)) {
      if (ahead === this.#known + 1) this.#known = ahead;
      if (ahead <= this.#known) this.#ahead.delete(ahead);
    }
    this.#catchingUp = this.#ahead.size > 0;
    return this.#catchingUp;
  }

  /** Asking for what is missing failed; the next rev heard tells of the gap again. */
  gaveUp(): void {
    this.#catchingUp = false;
    this.#ahead.clear();
  }

  /** A new connection starts from `rev`, whatever was known. */
  restart(rev: number): void {
    this.#known = rev;
    this.gaveUp();
  }
}
