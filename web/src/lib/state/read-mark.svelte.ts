import type { Chat } from './chat.svelte';

/** Marks go out at most this often; the last one always does. */
const CALM_MS = 400;

/** Tells the server how far the user has read a room. */
export class ReadMark {
  readonly #chat: Chat;
  readonly #roomId: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = 0;
  #seen = 0;

  constructor(chat: Chat, roomId: string) {
    this.#chat = chat;
    this.#roomId = roomId;
  }

  /** The newest message is before the user's eyes. */
  see(seq: number): void {
    const room = this.#chat.rooms.find(this.#roomId);
    if (!room || seq <= Math.max(room.readSeq, this.#told)) return;
    this.#seen = seq;
    this.#timer ??= setTimeout(() => void this.#tell(), CALM_MS);
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    const seq = this.#seen;
    try {
      await this.#chat.connection.request('message:read', { roomId: this.#roomId, seq });
      this.#told = seq;
    } catch {
      // Whatever is seen after the connection is back marks this as read too.
    }
  }
}
