import type { Report, ReportOutcome, ReportStatus } from '../../generated/contract';
import { RequestFailure } from '../failure';
import type { Chat } from './chat.svelte';
import { PagedList } from './paged-list.svelte';
import { SharedFollowing } from './shared-following';

const PAGE = 40;

/** What was reported and the user handles, in one room or everywhere: loaded and followed while somebody looks. */
export class Reports {
  readonly list: PagedList<Report>;
  status = $state<ReportStatus>('open');
  readonly #chat: Chat;
  readonly #roomId: string | undefined;
  readonly #following = new SharedFollowing(() => this.#begin());

  constructor(chat: Chat, roomId: string | undefined) {
    this.#chat = chat;
    this.#roomId = roomId;
    this.list = new PagedList(
      (cursor) => this.#ask(cursor),
      ({ id }) => id,
    );
  }

  /** Keeps the list as the server has it, until the function is called. */
  follow(): () => void {
    return this.#following.follow();
  }

  async show(status: ReportStatus): Promise<void> {
    this.status = status;
    await this.list.restart();
  }

  /**
   * Every other report of the same message is resolved with it. False when somebody else was first. Rejects with a
   * `RequestFailure`.
   */
  async resolve({ id: reportId, message }: Report, outcome: ReportOutcome): Promise<boolean> {
    try {
      await this.#chat.connection.request('report:resolve', { reportId, outcome });
    } catch (error) {
      if (!(error instanceof RequestFailure) || error.code !== 'conflict') throw error;
      await this.list.load();
      return false;
    }
    this.list.apply((items) =>
      this.status === 'open' ? items.filter((item) => item.message.id !== message.id) : items,
    );
    return true;
  }

  #begin(): () => void {
    const load = () => void this.list.load();
    const changed = (messageId: string) => {
      if (this.list.items.some(({ message }) => message.id === messageId)) load();
    };
    const end = this.#chat.connection.follow({
      ready: () => queueMicrotask(load),
      // Somebody reported something, or another one has handled it.
      notification: ({ type }) => type === 'report' && load(),
      'notification:withdrawn': load,
      // Whose notification was read is told of what became of the message alone.
      'message:updated': ({ message }) => changed(message.id),
      'message:deleted': ({ messageId }) => changed(messageId),
    });
    load();
    return end;
  }

  async #ask(cursor?: string) {
    const roomId = this.#roomId;
    const { reports, cursor: next } = await this.#chat.connection.request('reports:list', {
      ...{ limit: PAGE, status: this.status },
      ...(roomId ? { roomId } : {}),
      ...(cursor ? { cursor } : {}),
    });
    this.#chat.people.learn(...reports.map(({ reporter }) => reporter));
    this.#chat.people.learnFrom(reports.map(({ message }) => message));
    return { items: reports, cursor: next };
  }
}
