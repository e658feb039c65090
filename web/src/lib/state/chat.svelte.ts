import { getContext, setContext } from 'svelte';
import type { Me, Message, RoomSummary, UserRef } from '../../generated/contract';
import type { Uploads } from '../attachments/uploads.svelte';
import { clientId } from '../client-id';
import { onDemand } from '../on-demand';
import { editPlace } from '../place';
import { Revisions } from '../revisions';
import { Alerts } from './alerts.svelte';
import { Attention } from './attention.svelte';
import { Connection } from './connection.svelte';
import { Drafts, type DraftNews } from './drafts.svelte';
import { IndexedDraftStore } from './draft-store';
import { feedOf } from './feed';
import { leadOf } from './lead';
import { Members } from './members.svelte';
import { Outbox } from './outbox.svelte';
import { IndexedOutboxStore } from './outbox-store';
import { People } from './people.svelte';
import { Presence } from './presence.svelte';
import { Rooms } from './rooms.svelte';
import type { Search } from './search.svelte';
import type { Session } from './session.svelte';
import { BroadcastTabs } from './tabs';
import { Timeline } from './timeline.svelte';
import { Typing } from './typing.svelte';

const KEY = Symbol('chat');

/** Everything that one logged-in user sees and does, over one connection. */
export class Chat {
  me: Me = $state.raw() as Me;
  readonly session: Session;
  readonly connection: Connection;
  readonly people = new People();
  readonly rooms: Rooms;
  readonly members: Members;
  readonly presence: Presence;
  readonly typing: Typing;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly alerts = new Alerts(this);
  readonly attention = new Attention();
  /** Made when somebody looks for something the first time. */
  search: Search | undefined;
  /** Made when somebody attaches something the first time. */
  uploads = $state.raw<Uploads>();
  /** Set while files are about to be attached: nothing leaves without them. */
  attaching: Promise<unknown> | undefined;
  serverVersion = $state('');
  /** How often the team's own emoji had changed when the connection began. */
  emojiRev = 0;

  readonly timelines = new Map<string, Timeline>();
  /** Those of the threads that are open. */
  readonly threads = new Set<Timeline>();
  /** What rooms were called that the user had a moment ago, and who took them out, if somebody did. */
  readonly lost = new Map<string, { title: string; by?: UserRef | undefined }>();
  readonly revisions = new Map<string, Revisions>();
  epoch: string | undefined;
  /** Rooms from before the latest connection, until it is known whether they are still there. */
  #unsettled: string[] = [];

  constructor(me: Me, session: Session) {
    this.me = me;
    this.session = session;
    this.connection = new Connection(session, () => ({
      clientId: clientId(),
      rooms: this.#knownRevs(),
      ...(this.epoch ? { epoch: this.epoch } : {}),
    }));
    this.rooms = new Rooms(me.id);
    this.members = new Members(this.connection, this.people);
    this.presence = new Presence(this.connection);
    this.typing = new Typing(this.connection);
    this.outbox = new Outbox(me.id, {
      wire: this.connection,
      store: new IndexedOutboxStore(),
      tabs: new BroadcastTabs(`maru:outbox:${me.id}`),
      lead: leadOf(`maru:outbox:${me.id}`),
    });
    const draftTabs = new BroadcastTabs<DraftNews>(`maru:drafts:${me.id}`);
    this.drafts = new Drafts(me.id, new IndexedDraftStore(), draftTabs);
    this.people.learn(me);
    session.lastKnown?.showIn(this);
  }

  start(): void {
    this.connection.start(feedOf(this), () => this.outbox.suspend());
    void this.outbox.restore();
    void this.drafts.restore();
  }

  stop(): void {
    this.connection.stop();
    this.outbox.stop();
    this.drafts.stop();
    this.presence.stop();
    this.typing.clear();
  }

  timeline(roomId: string): Timeline {
    const known = this.timelines.get(roomId);
    if (known) return known;
    const made = new Timeline(
      this.me.id,
      (question) => this.connection.request('messages:history', { roomId, ...question }),
      (messages) => this.meet(messages),
    );
    this.timelines.set(roomId, made);
    return made;
  }

  /** Whether something was written or attached in a room and not sent. Reactive. */
  hasDraft(roomId: string): boolean {
    return this.drafts.has(roomId) || Boolean(this.uploads?.at(roomId)?.hasAny);
  }

  /** The user keeps a message for later, or no more; which room it is in is not told. */
  save(messageId: string, on: boolean): void {
    for (const timeline of this.shown) timeline.save(messageId, on);
  }

  /** Every list of messages that is kept. */
  get shown(): Timeline[] {
    return [...this.timelines.values(), ...this.threads];
  }

  /** Learns what messages tell beside themselves: who is who, and what of ours has arrived. */
  meet(messages: readonly Message[]): void {
    this.people.learnFrom(messages);
    for (const { id, user, clientMessageId, deleted } of messages) {
      if (deleted) this.drafts.delete(editPlace(id));
      if (user.id === this.me.id && clientMessageId) this.outbox.arrived(clientMessageId);
    }
  }

  /** A connection begins: `rooms` are as the server has them now. */
  begin(epoch: string, rooms: RoomSummary[]): void {
    this.epoch = epoch;
    this.#unsettled = this.rooms.all.map((room) => room.id);
    for (const room of rooms) this.admit(room);
  }

  /** All of the user's rooms are known; what else is kept is not theirs any more. */
  settle(roomIds: ReadonlySet<string>): void {
    for (const roomId of this.#unsettled) if (!roomIds.has(roomId)) this.dismiss(roomId);
    this.rooms.loaded = true;
  }

  /** A room of the user's, new or as the server has it now. */
  admit(room: RoomSummary): void {
    this.rooms.put(room);
    if (room.clearedBefore) this.expire(room.id, room.clearedBefore);
    if (room.members) this.people.learn(...room.members);
    if (room.lastMessage) this.meet([room.lastMessage]);
    const known = this.revisions.get(room.id);
    // A loaded room keeps its rev: `sync` brings what lies between.
    if (!known) this.revisions.set(room.id, new Revisions(room.rev));
    else if (!this.#isLoaded(room.id)) known.restart(room.rev);
  }

  /** Everything in a room before a message was removed: its time was over. */
  expire(roomId: string, before: number): void {
    this.rooms.expire(roomId, before);
    this.timelines.get(roomId)?.expire(before);
  }

  /** A room that is not the user's any more; `by` took them out of it. */
  dismiss(roomId: string, by?: UserRef): void {
    const room = this.rooms.find(roomId);
    if (room) {
      this.lost.set(roomId, { title: this.rooms.title(room), by });
      void onDemand(() => import('./lost-room')).then(({ tellOfTexts }) =>
        tellOfTexts(this, roomId),
      );
    }
    this.rooms.remove(roomId);
    this.members.forget(roomId);
    this.search?.leave(roomId);
    this.timelines.delete(roomId);
    this.revisions.delete(roomId);
  }

  /** Takes note of a change. False when it is known already and must not be applied again. */
  isNews(roomId: string, rev: number): boolean {
    const revisions = this.revisions.get(roomId);
    if (!revisions) return false;
    const heard = revisions.hear(rev);
    if (heard === 'gap') void this.#fillGap(roomId, revisions);
    return heard !== 'stale';
  }

  /** Asks for a room that the user joined on another device. */
  async discover(roomId: string): Promise<void> {
    try {
      this.admit((await this.connection.request('room:rejoin', { roomId })).room);
    } catch {
      // They have left it again, or the connection is gone: the next `ready` has their rooms.
    }
  }

  /** A message by its id, wherever it is; null when it is not there. Rejects with a `RequestFailure`. */
  async messageOf(roomId: string, messageId: string): Promise<Message | null> {
    // Every message is the first of its own thread, which is how one is had by its id.
    const { messages } = await this.connection.request('messages:history', {
      ...{ roomId, threadRoot: messageId, after: 0, limit: 1 },
    });
    this.people.learnFrom(messages);
    return messages.find(({ id }) => id === messageId) ?? null;
  }

  /** What the server says that the client lacks. */
  catchUp(roomId: string, messages: readonly Message[], rev: number, complete: boolean): void {
    const revisions = this.revisions.get(roomId);
    if (!revisions) return;
    this.meet(messages);
    if (!complete) {
      revisions.restart(rev);
      if (this.#isLoaded(roomId)) void this.timeline(roomId).reload();
      return;
    }
    this.timelines.get(roomId)?.catchUp(messages);
    if (revisions.caughtUp(rev)) void this.#fillGap(roomId, revisions);
  }

  async #fillGap(roomId: string, revisions: Revisions): Promise<void> {
    try {
      const rev = revisions.known;
      const answer = await this.connection.request('room:rejoin', { roomId, rev });
      this.rooms.put(answer.room);
      this.catchUp(roomId, answer.messages, answer.room.rev, answer.complete);
    } catch {
      revisions.gaveUp();
    }
  }

  #isLoaded(roomId: string): boolean {
    const status = this.timelines.get(roomId)?.status;
    return status === 'ready' || status === 'loading';
  }

  #knownRevs(): Record<string, number> {
    const revs: Record<string, number> = {};
    for (const [roomId, revisions] of this.revisions) {
      if (this.#isLoaded(roomId)) revs[roomId] = revisions.known;
    }
    return revs;
  }
}

export function provideChat(chat: Chat): void {
  setContext(KEY, chat);
}

export function useChat(): Chat {
  return getContext<Chat>(KEY);
}
