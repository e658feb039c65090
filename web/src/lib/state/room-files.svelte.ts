import { untrack } from 'svelte';
import type { FileKind, Message, RoomFile } from '../../generated/contract';
import type { Chat } from './chat.svelte';
import { PagedList } from './paged-list.svelte';
import { SharedFollowing } from './shared-following';

const PAGE = 40;

export type FileFilter = 'all' | FileKind;

/** The files in a room's messages, the newest first: loaded and followed while somebody looks at them. */
export class RoomFiles {
  readonly list: PagedList<RoomFile>;
  readonly roomId: string;
  filter = $state<FileFilter>('all');
  readonly #connection: Chat['connection'];
  readonly #following = new SharedFollowing(() => this.#begin());

  constructor({ connection }: Pick<Chat, 'connection'>, roomId: string) {
    this.#connection = connection;
    this.roomId = roomId;
    this.list = new PagedList(
      async (cursor) => {
        const { files, ...rest } = await connection.request('room:files', {
          ...{ roomId, limit: PAGE },
          ...(this.filter === 'all' ? {} : { kind: this.filter }),
          ...(cursor ? { cursor } : {}),
        });
        return { items: files, cursor: rest.cursor };
      },
      ({ file }) => file.id,
    );
  }

  /** Keeps the list as the server has it, until the function is called. */
  follow(): () => void {
    return this.#following.follow();
  }

  #begin(): () => void {
    const end = this.#connection.follow({
      ready: () => queueMicrotask(() => void this.list.load()),
      'message:new': ({ message }) => this.hear(message),
      'messages:expired': ({ roomId }) => roomId === this.roomId && void this.list.load(),
      'message:deleted': ({ messageId }) =>
        this.list.apply((items) => items.filter((one) => one.messageId !== messageId)),
    });
    // What was sent while nobody looked was not heard.
    untrack(() => void this.list.load());
    return end;
  }

  show(filter: FileFilter): Promise<void> {
    this.filter = filter;
    return this.list.restart();
  }

  hear({ id: messageId, roomId, user, createdAt, files = [] }: Message): void {
    if (roomId !== this.roomId) return;
    const shown = files.filter(({ kind }) => this.filter === 'all' || kind === this.filter);
    if (shown.length === 0) return;
    const made = shown.map((file) => ({ file, messageId, user, createdAt }));
    this.list.apply((items) => {
      const known = new Set(items.map(({ file }) => file.id));
      return [...made.filter(({ file }) => !known.has(file.id)), ...items];
    });
  }
}

const all = new WeakMap<Chat, Map<string, RoomFiles>>();

/** The files in one of the rooms of whoever is logged in. */
export function filesIn(chat: Chat, roomId: string): RoomFiles {
  const known = all.get(chat) ?? new Map<string, RoomFiles>();
  all.set(chat, known);
  const files = known.get(roomId) ?? new RoomFiles(chat, roomId);
  known.set(roomId, files);
  return files;
}
