import type { Message, StreamFed } from '../../generated/contract';

/** Chunks of more messages than this are not kept for messages that are not there yet. */
const MOST_AHEAD = 16;

/** Chunks of messages that are being written, until they are put in their place. */
export class Growth {
  readonly #chunks = new Map<string, Map<number, string>>();
  /** What was asked for because a part is missing, by message: the index of that part. */
  readonly #missing = new Map<string, number>();

  keep({ messageId, index, chunk }: StreamFed): void {
    const chunks = this.#chunks.get(messageId) ?? new Map<number, string>();
    this.#chunks.set(messageId, chunks.set(index, chunk));
    if (this.#chunks.size <= MOST_AHEAD) return;
    for (const oldest of this.#chunks.keys()) {
      this.#chunks.delete(oldest);
      return;
    }
  }

  /** A message as the server has it. `grow` is called when there is more of it here; what ended has all. */
  meet({ id, stream }: Message, grow: () => void): void {
    if (!this.#chunks.has(id)) return;
    if (stream?.state === 'open') grow();
    else this.#chunks.delete(id);
  }

  /** The messages with all that fits; the same array if nothing does. `ask` is called once for each part that is missing, with the message's `seq`. */
  applyTo(messages: readonly Message[], ask: (seq: number) => void): readonly Message[] {
    const grown = messages.map((message) => {
      const chunks = this.#chunks.get(message.id);
      if (!chunks || !message.stream) return message;
      const next = message.stream.state === 'open' ? grow(message, chunks) : message;
      const { nextIndex, state } = next.stream ?? message.stream;
      const later = state === 'open' && [...chunks.keys()].some((index) => index >= nextIndex);
      if (!later) {
        this.#chunks.delete(message.id);
      } else if (this.#missing.get(message.id) !== nextIndex) {
        this.#missing.set(message.id, nextIndex);
        ask(message.seq);
      }
      return next;
    });
    return grown.some((message, place) => message !== messages[place]) ? grown : messages;
  }
}

function grow(message: Message, chunks: Map<number, string>): Message {
  let { content } = message;
  let nextIndex = message.stream?.nextIndex ?? 0;
  if (!chunks.has(nextIndex)) return message;
  for (let chunk; (chunk = chunks.get(nextIndex)) !== undefined; nextIndex++) content += chunk;
  return { ...message, content, stream: { state: 'open', nextIndex } };
}

/** Which of two states of a message stands; of one that is being written, with the text that is longer. */
export function furthest(next: Message, known: Message): Message {
  if (next.deleted || next.stream?.state !== 'open' || known.stream?.state !== 'open') {
    return next.rev > known.rev ? next : known;
  }
  const isFurther = next.stream.nextIndex > known.stream.nextIndex;
  if (next.rev === known.rev) return isFurther ? next : known;
  return isFurther ? next : { ...next, content: known.content, stream: known.stream };
}
