import type { Message, TeamSettings } from '../../generated/contract';
import { editPlace } from '../place';
import type { Feed } from '../wire';
import type { Chat } from './chat.svelte';
import { teamInfo } from './team-info.svelte';

/** What is heard by the connection, by what is loaded on demand, or by other clients alone. */
type HeardElsewhere =
  | 'session:restored'
  | 'session:ended'
  | 'connection:replaced'
  | 'server:draining'
  | 'server:cluster'
  | 'command:failed'
  | 'heartbeat:ack'
  | 'room:rejoined'
  | 'user:reconnected'
  | 'message:stream:stop'
  | 'task:updated'
  | 'task:deleted'
  | 'task:assigned'
  | 'reminder:created'
  | 'reminder:deleted'
  | 'reminder:due'
  | 'archive:updated'
  | 'emoji:updated'
  | 'emoji:removed';

/** What follows from every other event that the server tells. */
export function feedOf(chat: Chat): Omit<Feed, HeardElsewhere> {
  const { attention, members, outbox, people, presence, rooms, typing } = chat;
  return {
    ready: ({ user, epoch, rooms: first, roomsCursor, ...more }) => {
      chat.me = user;
      chat.serverVersion = more.version;
      chat.emojiRev = more.emojiRev;
      attention.notifications = more.notifications.unread;
      attention.threads = more.threads.unread;
      attention.preferences = more.preferences;
      attention.limits = more.limits;
      attention.announcements = more.announcements;
      learnTeam(chat, more.team);
      presence.setStatus(user.id, user);
      if (chat.rooms.loaded) void refreshSavedMarks(chat);
      chat.begin(epoch, first);
      typing.clear();
      members.restart();
      const known = new Set(first.map((room) => room.id));
      // Commands are possible only after every listener of `ready` was called.
      queueMicrotask(() => {
        void loadRest(chat, known, roomsCursor);
        void presence.restart();
        outbox.resume();
      });
    },
    sync: ({ roomId, messages, rev, complete }) => chat.catchUp(roomId, messages, rev, complete),
    'room:created': ({ room }) => chat.admit(room),
    'room:invited': ({ room, by }) => {
      people.learn(by);
      chat.admit(room);
    },
    'room:updated': ({ room }) => {
      rooms.update(room);
      outbox.hurry(room.id);
    },
    'messages:expired': ({ roomId, before }) => chat.expire(roomId, before),
    'team:updated': ({ settings }) => learnTeam(chat, settings),
    'announcement:made': ({ announcement }) => attention.announce(announcement),
    'announcement:ended': ({ announcementId }) => attention.dismiss(announcementId),
    'announcement:dismissed': ({ announcementId }) => attention.dismiss(announcementId),
    'room:deleted': ({ roomId }) => chat.dismiss(roomId),
    'room:removed': ({ roomId, by }) => chat.dismiss(roomId, by),
    'room:favourites': ({ roomIds }) => rooms.arrangeFavourites(roomIds),
    'room:muted': ({ roomId, muted }) => rooms.mute(roomId, muted),
    'member:joined': ({ roomId, user }) => {
      people.learn(user);
      members.joined(roomId, user);
      if (user.id !== chat.me.id) rooms.countMembers(roomId, 1);
      else if (!rooms.find(roomId)) void chat.discover(roomId);
    },
    'member:left': ({ roomId, userId }) => {
      if (userId === chat.me.id) {
        chat.dismiss(roomId);
        return;
      }
      members.left(roomId, userId);
      rooms.countMembers(roomId, -1);
    },
    'member:updated': ({ roomId, userId, role }) => {
      members.setRole(roomId, userId, role);
      if (userId !== chat.me.id) return;
      rooms.setRole(roomId, role);
      outbox.hurry(roomId);
    },
    'message:new': ({ message }) => hear(chat, message),
    'message:updated': ({ message }) => renew(chat, message),
    'message:stream:start': ({ message }) => hear(chat, message),
    'message:stream:chunk': (event) => chat.timeline(event.roomId).grow(event),
    'message:stream:end': ({ message }) => renew(chat, message),
    'message:stream:error': ({ message }) => renew(chat, message),
    'message:deleted': (event) => {
      chat.search?.forget(event.messageId);
      chat.drafts.delete(editPlace(event.messageId));
      if (!chat.isNews(event.roomId, event.rev)) return;
      rooms.forget(event);
      chat.timeline(event.roomId).remove(event);
    },
    'message:reacted': (event) => {
      if (chat.isNews(event.roomId, event.rev)) chat.timeline(event.roomId).react(event);
    },
    'message:read': (event) => {
      rooms.read(event);
      members.read(event.roomId, event.userId, event.seq);
    },
    'message:unread': (event) => rooms.readAnew(event),
    'message:saved': ({ messageId, on }) => chat.save(messageId, on),
    'thread:updated': ({ unreadThreads }) => (attention.threads = unreadThreads),
    notification: (told) => {
      attention.notifications += 1;
      chat.alerts.notify(told);
    },
    'notification:read': ({ unread }) => (attention.notifications = unread),
    'notification:withdrawn': ({ unread, unreadThreads }) => {
      attention.notifications = unread;
      attention.threads = unreadThreads ?? attention.threads;
    },
    'room:notify': ({ roomId, level }) => rooms.setLevel(roomId, level),
    'preferences:updated': ({ preferences }) => (attention.preferences = preferences),
    'typing:start': (event) => {
      people.learn(event.user);
      typing.started(event);
    },
    'typing:stop': (event) => typing.stopped(event),
    'user:online': ({ userId }) => presence.setOnline(userId, true),
    'user:offline': ({ userId }) => presence.setOnline(userId, false),
    'user:updated': ({ user }) => {
      people.learn(user);
      rooms.rename(user);
      members.rename(user);
      if (user.id !== chat.me.id) return;
      const me = { ...chat.me, ...user };
      if (!user.avatar) delete me.avatar;
      chat.me = me;
    },
    'user:role': ({ role }) => {
      chat.me = { ...chat.me, role };
      outbox.hurry();
    },
    'user:status': ({ userId, ...status }) => presence.setStatus(userId, status),
  };
}

function learnTeam(chat: Chat, settings: TeamSettings): void {
  chat.attention.team = settings;
  teamInfo.learn(settings);
}

function hear(chat: Chat, message: Message): void {
  chat.meet([message]);
  const { roomId, threadRoot } = message;
  chat.typing.stopped({ roomId, userId: message.user.id, ...(threadRoot ? { threadRoot } : {}) });
  if (!chat.isNews(message.roomId, message.rev)) return;
  chat.rooms.hear(message);
  chat.members.read(message.roomId, message.user.id, message.seq);
  chat.alerts.hear(message);
  chat.timeline(message.roomId).receive(message);
}

function renew(chat: Chat, message: Message): void {
  chat.meet([message]);
  chat.search?.update(message);
  if (chat.isNews(message.roomId, message.rev)) chat.timeline(message.roomId).receive(message);
}

/** What was saved for later meanwhile, on another device, is not told anew. */
async function refreshSavedMarks(chat: Chat): Promise<void> {
  const marks = await import('./saved-marks').catch(() => undefined);
  await marks?.refreshSavedMarks(chat);
}

/** The rooms that did not fit into `ready`. */
async function loadRest(chat: Chat, known: Set<string>, first?: string): Promise<void> {
  try {
    for (let cursor = first; cursor;) {
      const page = await chat.connection.request('room:mine', { cursor });
      for (const room of page.rooms) {
        known.add(room.id);
        chat.admit(room);
      }
      cursor = page.cursor;
    }
    chat.settle(known);
  } catch {
    // The connection is gone again; the next `ready` starts over.
  }
}
