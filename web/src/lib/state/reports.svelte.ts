import type { Report, ReportOutcome, ReportStatus } from '../../generated/contract';
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

  /** Rejects with a `RequestFailure`. Every other report of the same message is resolved with it. */
  async resolve({ id: reportId, message }: Report, outcome: ReportOutcome): Promise<void> {
    await this.#chat.connection.request('report:resolve', { reportId, outcome });
    this.list.apply((items) =>
      this.status === 'open' ? items.filter((item) => item.message.id !== message.id) : items,
    );
  }

  #begin(): () => void {
    const load = () => void this.list.load();
    const end = this.#chat.connection.follow({
      ready: () => queueMicrotask(load),
      // Somebody reported something, or another one has handled it.
      notification: ({ type }) => type === 'report' && load(),
      'notification:withdrawn': load,
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
