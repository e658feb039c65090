import type { Archive, ArchiveAnswer, MakeArchive } from '../../generated/contract';
import { API } from '../base';
import { currentLanguage, t } from '../i18n/catalogue.svelte';
import type { Chat } from './chat.svelte';
import { toasts } from './toasts.svelte';

const PATH = '/me/archive';

/** The archive that the user has asked for, if any: followed while somebody looks, and until it is made. */
export class OwnArchive {
  current = $state.raw<Archive>();
  /** Whether the server has said what there is. */
  isKnown = $state(false);

  readonly #chat: Chat;
  #watching = 0;
  /** How often something was heard of it. */
  #heard = 0;
  #unfollow: (() => void) | undefined;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** It is asked for and not there yet. Reactive. */
  get isUnderWay(): boolean {
    return this.current?.state === 'waiting' || this.current?.state === 'making';
  }

  /** Somebody looks, until the function is called. */
  watch(): () => void {
    this.#watching += 1;
    this.#unfollow ??= this.#chat.connection.follow({
      // What happened in between was not heard.
      ready: () => queueMicrotask(() => void this.load().catch(() => undefined)),
      'archive:updated': ({ archive }) => this.#hear(archive),
    });
    return () => {
      this.#watching -= 1;
      if (!this.isUnderWay) this.#rest();
    };
  }

  /** Rejects with a `RequestFailure`. */
  async load(): Promise<void> {
    await this.#ask('GET');
  }

  /** Asks for one of a room, or else of the user, in place of the one before. Rejects with a `RequestFailure`. */
  async make(roomId?: string): Promise<void> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const wish: MakeArchive = { language: currentLanguage(), timeZone };
    if (roomId) wish.roomId = roomId;
    await this.#ask('POST', wish);
  }

  /** Ends its making, or removes it. Rejects with a `RequestFailure`. */
  async discard(): Promise<void> {
    await this.#chat.session.request('DELETE', PATH);
    this.#hear(undefined);
  }

  async #ask(method: 'GET' | 'POST', wish?: MakeArchive): Promise<void> {
    const before = this.#heard;
    const answer = await this.#chat.session.request<ArchiveAnswer>(method, PATH, wish);
    // What was heard meanwhile may be newer. If it is not, what is newer is still to be heard.
    if (this.#heard === before) this.#hear(answer.archive);
  }

  #hear(archive: Archive | undefined): void {
    const wasUnderWay = this.isUnderWay;
    this.#heard += 1;
    this.current = archive;
    this.isKnown = true;
    if (this.#watching > 0 || this.isUnderWay) return;
    this.#rest();
    if (wasUnderWay && archive) tell(archive);
  }

  #rest(): void {
    if (this.#watching > 0) return;
    this.#unfollow?.();
    this.#unfollow = undefined;
  }
}

const known = new WeakMap<Chat, OwnArchive>();

/** The one of this user, whoever asks. */
export function archiveOf(chat: Chat): OwnArchive {
  const archive = known.get(chat) ?? new OwnArchive(chat);
  known.set(chat, archive);
  return archive;
}

/** Where one that is ready is to be had; the browser's own pass is sent along. */
export function archiveAddress({ fileName = '' }: Archive): string {
  return `${API}/files/archive/${encodeURIComponent(fileName)}`;
}

/** Whoever has looked away is told what became of it. */
function tell(archive: Archive): void {
  if (archive.state === 'ready') {
    toasts.show(t('archive.done', { name: archive.name }), {
      label: t('files.download'),
      run: () => {
        const link = document.createElement('a');
        link.href = archiveAddress(archive);
        link.download = archive.fileName ?? '';
        link.click();
      },
    });
  } else toasts.show(t('archive.failed', { name: archive.name }));
}
