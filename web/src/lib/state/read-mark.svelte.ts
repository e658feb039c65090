/** Marks go out at most this often; the last one always does. */
const CALM_MS = 400;

/** Tells the server how far the user has read a room or a thread. */
export class ReadMark {
  readonly #readSeq: () => number | undefined;
  readonly #send: (seq: number) => Promise<unknown>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = 0;
  #seen = 0;
  #isHeld = false;

  /** `readSeq` is how far the server knows of; undefined where there is nothing to mark. */
  constructor(readSeq: () => number | undefined, send: (seq: number) => Promise<unknown>) {
    this.#readSeq = readSeq;
    this.#send = send;
  }

  /** The newest message is before the user's eyes. */
  see(seq: number): void {
    const readSeq = this.#readSeq();
    if (readSeq === undefined || seq <= Math.max(readSeq, this.#told)) return;
    this.#seen = seq;
    this.#timer ??= setTimeout(() => void this.#tell(), CALM_MS);
  }

  /** What the user marked as unread stays so, though it is before their eyes. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    if (this.#isHeld) return;
    const seq = this.#seen;
    try {
      await this.#send(seq);
      this.#told = seq;
    } catch {
      // Whatever is seen after the connection is back marks this as read too.
    }
  }
}
