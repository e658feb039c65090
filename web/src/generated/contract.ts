// Generated from src/contract by `scripts/contract`; do not edit.

/**
 * The color of what can be acted on.
 */
export type Accent = "indigo" | "teal" | "green" | "amber" | "rose" | "violet";

export type AddEmoji = { 
/**
 * 2 to 30 of `a` to `z`, digits, `_`, `-`, `+` and Hangul syllables; at most 60 bytes.
 */
name: string, 
/**
 * An image that the caller uploaded or may see.
 */
fileId: string, };

export type Announce = { 
/**
 * 1 to 1,000 characters.
 */
content: string, level?: AnnouncementLevel, endsAt?: string, };

/**
 * Shown to everybody until it ends, or until they have dismissed it.
 */
export type Announcement = { id: string, level: AnnouncementLevel, 
/**
 * Written as a message is.
 */
content: string, 
/**
 * Who made it, as administrators are told: others may not know them.
 */
userId?: string, createdAt: string, endsAt?: string, };

export type AnnouncementAnswer = { announcement: Announcement, };

/**
 * To one's own devices.
 */
export type AnnouncementDismissed = { announcementId: string, };

/**
 * To everybody who is connected: it was taken back before its time.
 */
export type AnnouncementEnded = { announcementId: string, };

/**
 * How loudly something is announced.
 */
export type AnnouncementLevel = "info" | "warning";

/**
 * To everybody who is connected.
 */
export type AnnouncementMade = { announcement: Announcement, };

/**
 * Newest first.
 */
export type Announcements = { announcements: Array<Announcement>, };

/**
 * Somebody's archive.
 */
export type Archive = { of: ArchiveOf, roomId?: string, 
/**
 * What it is of: a direct room by the others in it.
 */
name: string, state: ArchiveState, askedAt: string, 
/**
 * Of one that failed.
 */
problem?: ArchiveProblem, 
/**
 * Of one that is ready, as are the next.
 */
fileName?: string, bytes?: number, 
/**
 * Those that can be searched.
 */
messages?: number, 
/**
 * How many files the server does not have any more, if it lacks any.
 */
missing?: number, expiresAt?: string, };

export type ArchiveAnswer = { archive?: Archive, };

/**
 * The language of an archive's pages.
 */
export type ArchiveLanguage = "en" | "ko";

/**
 * What an archive is of.
 */
export type ArchiveOf = "room" | "person";

/**
 * Why there is no archive after all.
 */
export type ArchiveProblem = "no_space" | "forbidden" | "stopped" | "fault";

/**
 * How far an archive is.
 */
export type ArchiveState = "waiting" | "making" | "ready" | "failed";

/**
 * To one's own devices: how it is with one's archive; without one when it is gone.
 */
export type ArchiveUpdated = { archive?: Archive, };

export type AskedForCode = { secondFactor: SecondFactor, };

/**
 * A file as messages carry it. Its content is at `/api/v1/files/{id}/{name}`.
 */
export type Attachment = { id: string, name: string, 
/**
 * In bytes.
 */
size: number, 
/**
 * The media type, by what the content is, whatever the name says.
 */
type: string, kind: FileKind, 
/**
 * Of an image as it is shown, in pixels.
 */
width?: number, height?: number, 
/**
 * The mean colour of an image, as `#rrggbb`.
 */
color?: string, 
/**
 * The image moves; its thumbnails do not.
 */
animated?: boolean, 
/**
 * Of a voice message.
 */
voice?: Voice, };

/**
 * What the audit log tells of; stable names, `noun.verb`.
 */
export type AuditAct = "person.made" | "person.role" | "person.deactivated" | "person.reactivated" | "person.erased" | "person.reset" | "bot.made" | "bot.token" | "session.ended" | "login.failed" | "password.changed" | "twoFactor.on" | "twoFactor.off" | "twoFactor.reset" | "twoFactor.codes" | "twoFactor.recovery" | "invite.made" | "invite.revoked" | "room.role" | "room.deleted" | "room.settings" | "member.removed" | "message.hidden" | "message.shown" | "message.deleted" | "report.resolved" | "emoji.removed" | "settings.changed" | "announcement.made" | "announcement.ended" | "job.run" | "key.rotated" | "search.rebuilt" | "backup.made" | "backup.restored" | "export.made" | "archive.asked" | "archive.downloaded" | "import.made";

/**
 * In whose name something was done.
 */
export type AuditBy = "person" | "visitor" | "operator" | "server";

/**
 * One entry of the audit log.
 */
export type AuditEntry = { 
/**
 * Grows with time.
 */
id: number, at: string, by: AuditBy, 
/**
 * Of a person, as they are called now.
 */
user?: UserRef, 
/**
 * Where it was asked from, if that is known.
 */
address?: string, act: AuditAct, about?: AuditSubject, 
/**
 * Whom else it concerns: the person that `detail` names as `user`, `author` or `addedBy`.
 */
concerns?: AuditSubject, 
/**
 * What else is to be known, by act; never what somebody wrote in a room, nor a secret.
 */
detail: Record<string, unknown>, };

/**
 * What kind of thing an entry is about.
 */
export type AuditKind = "user" | "session" | "invite" | "room" | "message" | "emoji" | "announcement";

/**
 * Newest first.
 */
export type AuditLog = { entries: Array<AuditEntry>, cursor?: string, };

/**
 * What an entry is about.
 */
export type AuditSubject = { kind: AuditKind, id: string, 
/**
 * What it is called: people as they are now, anything else as it was then.
 */
name?: string, 
/**
 * Of somebody whose account was erased: nobody is called as `name` says.
 */
erased?: boolean, };

export type Authenticated = { user: Me, accessToken: string, expiresAt: string, sessionId: string, 
/**
 * The team wants a second factor of them, and nothing else is possible before there is one.
 */
twoFactorDue?: boolean, refreshToken?: string, };

export type Availability = "active" | "away" | "dnd";

/**
 * A square of an image, in pixels of it as it is shown.
 */
export type AvatarCrop = { x: number, y: number, size: number, };

/**
 * How it stands with backups.
 */
export type BackupState = "off" | "none" | "good" | "incomplete" | "failing" | "late";

export type Backups = { state: BackupState, 
/**
 * How often they are made by themselves, if they are.
 */
everySeconds?: number, 
/**
 * How many are kept.
 */
keep?: number, lastGood?: GoodBackup, lastFailure?: FailedBackup, 
/**
 * Those that are in the folder, the newest first; absent where none are made by themselves, or the folder cannot be
 * read.
 */
kept?: Array<KeptBackup>, };

/**
 * Asks for a secret to set an app up with.
 */
export type BeginTwoFactor = { password: string, };

/**
 * How it stands with the certificate that HTTPS is served with.
 */
export type CertificateState = "good" | "ending" | "missing" | "expired";

/**
 * How it stands with the certificate.
 */
export type CertificateStatus = { state: CertificateState, 
/**
 * When the present one ends; none when it is a stopgap.
 */
notAfter?: string, 
/**
 * Why there is no newer one, in words for the operator.
 */
problem?: string, };

export type ChangePassword = { current: string, new: string, };

export type ChangeRole = { role: ServerRole, };

/**
 * What a client may send; see the limits of the protocol.
 */
export type ClientLimits = { contentChars: number, payloadBytes: number, eventsPerSecond: number, sendsPerSecond: number, streamChars: number, streamChunksPerSecond: number, 
/**
 * Where the server has read receipts at all.
 */
receipts: boolean, 
/**
 * The largest room in which every member may mention `@here` and `@room`.
 */
groupMentionsByMembers: number, 
/**
 * The largest room in which its owner or an administrator may.
 */
groupMentions: number, 
/**
 * Whether every member may add emoji of the team's own; administrators always may.
 */
emojiByMembers: boolean, };

/**
 * The error codes of the protocol; stable, and the whole list.
 */
export type Code = "unauthenticated" | "forbidden" | "not_found" | "invalid" | "conflict" | "rate_limited" | "too_large" | "unavailable" | "internal";

/**
 * A command that came without an acknowledgement callback failed.
 */
export type CommandFailed = { event: string, code: Code, message: string, retryAfterMs?: number, field?: string, flaw?: QueryFlaw, expectedIndex?: number, };

/**
 * One connected device, as other services see it.
 */
export type Connection = { clientId: string, socketId: string, node: string, connectedAt: string, transport: string, };

export type ConnectionReplaced = { message: string, timestamp: string, };

export type Connections = { userId: string, online: boolean, connections: Array<Connection>, };

export type CreateInvite = { 
/**
 * How many may register with it; 1 to 10,000, 1 by default.
 */
uses?: number, 
/**
 * In seconds, 60 to 31,536,000; 7 days by default.
 */
expiresInSeconds?: number, 
/**
 * Rooms that who registers joins, beside General; a guest joins these alone. The inviter must be a member of each.
 */
rooms?: Array<string>, 
/**
 * What who registers becomes: a member, by default, or a guest, who needs a room.
 */
role?: ServerRole, };

/**
 * Either `at` or `inSeconds`.
 */
export type CreateReminder = { 
/**
 * 1 to 500 characters.
 */
text: string, 
/**
 * In the future, at most five years ahead.
 */
at?: string, inSeconds?: number, 
/**
 * The room that it leads to.
 */
roomId?: string, 
/**
 * The message that it leads to.
 */
messageId?: string, };

export type CreateRoom = { kind: RoomKind, 
/**
 * 1 to 80 characters; required but in direct rooms.
 */
name?: string, 
/**
 * At most 500 characters.
 */
topic?: string, 
/**
 * Who is a member at once, beside the creator.
 */
participants?: Array<string>, };

export type CreateTask = { roomId: string, 
/**
 * 1 to 200 characters on one line.
 */
title: string, 
/**
 * A member of the room.
 */
assigneeId?: string, dueAt?: string, 
/**
 * A message of the room.
 */
messageId?: string, };

/**
 * The only time that the code is told.
 */
export type CreatedInvite = { invite: Invite, code: string, url: string, };

export type DeleteMessage = { messageId: string, };

export type DeleteReminder = { reminderId: string, };

export type DeleteRoom = { roomId: string, };

export type DeleteTask = { taskId: string, };

export type EditMessage = { messageId: string, content: string, };

export type EmojiAck = { emoji: TeamEmoji, };

export type EmojiRemoved = { emojiId: string, rev: number, };

/**
 * To everybody who is connected: there is a new one, or one has another name.
 */
export type EmojiUpdated = { emoji: TeamEmoji, rev: number, };

/**
 * The acknowledgement of a command that has nothing to tell but its success.
 */
export type Empty = Record<symbol, never>;

export type EndStream = { messageId: string, 
/**
 * Takes the place of what was streamed.
 */
content?: string, };

export type EndedSessions = { ended: number, };

export type ErasePerson = { 
/**
 * The username of who is erased, once more.
 */
username: string, messages: ErasedMessages, };

/**
 * What becomes of the messages of somebody who is erased.
 */
export type ErasedMessages = "keep" | "delete";

/**
 * What went wrong: a stable code to act on and a text to read.
 */
export type ErrorBody = { code: Code, message: string, 
/**
 * With `rate_limited`: how long to wait, in milliseconds.
 */
retryAfterMs?: number, 
/**
 * With `invalid`: the field that is wrong.
 */
field?: string, 
/**
 * With a search query that is `invalid`: what is wrong with which part of it.
 */
flaw?: QueryFlaw, 
/**
 * With a text that may not become a password: why.
 */
weakness?: PasswordWeakness, 
/**
 * With a chunk of a stream that would leave a hole: the index of the chunk that is expected.
 */
expectedIndex?: number, 
/**
 * With an upload for which there is no room: the setting that it would go beyond.
 */
limit?: FileLimit, 
/**
 * With some `limit`s: how much it is, in bytes or in uploads.
 */
most?: number, };

export type FailStream = { messageId: string, 
/**
 * 1 to 500 characters, for people.
 */
error: string, };

export type FailedBackup = { at: string, 
/**
 * In words for the operator.
 */
problem: string, };

/**
 * `{ "success": false, "error": { … } }`.
 */
export type Failure = { success: false, error: ErrorBody, };

export type FavourRoom = { roomId: string, 
/**
 * The place among the favourites, from 0; absent takes the room off.
 */
position?: number, };

export type FeedStream = { messageId: string, 
/**
 * At least one character.
 */
chunk: string, 
/**
 * From 0, without gaps.
 */
index: number, };

export type FileAnswer = { file: Attachment, };

/**
 * How a file may be shown. `other` is only to be downloaded.
 */
export type FileKind = "image" | "video" | "audio" | "other";

/**
 * The setting of `[files]` that an upload would go beyond; stable, and the whole list.
 */
export type FileLimit = "largest" | "per_person" | "total" | "keep_free" | "unfinished_per_person";

/**
 * The second step of a login.
 */
export type FinishLogin = { 
/**
 * Of the first step.
 */
ticket: string, 
/**
 * Of the app, or one for recovery.
 */
code: string, tokenTransport?: TokenTransport, };

/**
 * By the thread's first message.
 */
export type FollowThread = { messageId: string, on: boolean, };

/**
 * A thread that somebody follows.
 */
export type FollowedThread = { 
/**
 * Its first message.
 */
root: Message, room: RoomRef, lastReply?: Message, following: boolean, readSeq: number, 
/**
 * Replies by others behind `readSeq`; 0 in a thread that is not followed.
 */
unread: number, };

/**
 * At most 200 users.
 */
export type GetPresence = { userIds: Array<string>, };

/**
 * People with whom the caller shares no room are left out.
 */
export type GetPresenceAck = { presence: { [key in string]: Presence }, };

export type GetReceipts = { roomId: string, 
/**
 * Only who has read as far as this.
 */
seq?: number, };

export type GetReceiptsAck = { 
/**
 * The furthest first, 200 at most, without the caller.
 */
receipts: Array<Receipt>, 
/**
 * How many there are in all.
 */
count: number, };

export type GetRoomPresence = { roomId: string, };

export type GetRoomPresenceAck = { 
/**
 * Members who are online, the first 200.
 */
presence: { [key in string]: Presence }, 
/**
 * How many are online in all.
 */
online: number, };

/**
 * Gives a room that nobody owns to one of its members.
 */
export type GiveRoom = { userId: string, };

/**
 * One that was proven by restoring it.
 */
export type GoodBackup = { 
/**
 * When it was begun: everything that was acknowledged before is in it.
 */
at: string, messages: number, files: number, 
/**
 * Of files, together.
 */
bytes: number, 
/**
 * Of files that no earlier one had.
 */
newBytes: number, 
/**
 * Contents of files that were not where they are kept, and are not in it.
 */
missing: number, };

/**
 * A room as administrators see it who are not in it: never what is written there.
 */
export type GovernedRoom = { id: string, kind: RoomKind, name: string, memberCount: number, 
/**
 * Messages and system lines that are kept, deleted ones among them.
 */
messages: number, 
/**
 * Of files in its messages, together.
 */
fileBytes: number, createdAt: string, lastActivityAt: string, 
/**
 * Who has owned it longest and is active; absent where nobody is.
 */
owner?: UserRef, 
/**
 * As of a room.
 */
retentionDays?: number, 
/**
 * Everybody begins in it. It is nobody's, and cannot be deleted.
 */
general?: boolean, };

export type GovernedRoomAnswer = { room: GovernedRoom, };

/**
 * By name; direct conversations are their members' own and not among them.
 */
export type GovernedRooms = { rooms: Array<GovernedRoom>, cursor?: string, };

export type Heartbeat = { 
/**
 * The client's own clock, given back as it came.
 */
sentAt?: unknown, };

export type HeartbeatAck = { serverTime: string, };

export type HeartbeatEcho = { serverTime: string, sentAt?: unknown, };

/**
 * Takes what a message says out of everybody's sight, or shows it again.
 */
export type HideMessage = { messageId: string, hidden: boolean, };

export type Invite = { id: string, createdBy: string, 
/**
 * Who that is.
 */
inviter: UserRef, createdAt: string, expiresAt: string, uses: number, maxUses: number, rooms: Array<string>, role: ServerRole, };

/**
 * What an invite's holder is shown before registering.
 */
export type InvitePreview = { invitedBy: UserRef, expiresAt: string, role: ServerRole, };

export type InviteToRoom = { roomId: string, userIds: Array<string>, };

export type InviteToRoomAck = { 
/**
 * Who was not a member before.
 */
added: Array<string>, };

export type Invites = { invites: Array<Invite>, };

export type JobFailure = { at: string, 
/**
 * In words for the operator.
 */
problem: string, };

/**
 * One kind of work since the server's start.
 */
export type JobFigures = { name: string, rhythm: JobRhythm, 
/**
 * Whether it can be asked to come round now.
 */
runnable: boolean, runs: number, failures: number, 
/**
 * Since when it has been under way.
 */
runningSince?: string, 
/**
 * When it ended last.
 */
endedAt?: string, 
/**
 * How long it took then, in microseconds.
 */
tookUs?: number, lastFailure?: JobFailure, };

/**
 * When work comes round by itself.
 */
export type JobRhythm = "minute" | "night" | "configured";

export type Jobs = { jobs: Array<JobFigures>, };

export type JoinRoom = { roomId: string, };

export type JoinRoomAck = { room: RoomSummary, 
/**
 * The first hundred.
 */
members: Array<Member>, 
/**
 * The newest fifty, ascending.
 */
messages: Array<Message>, };

/**
 * One that is in the folder. What it holds is absent when that cannot be known.
 */
export type KeptBackup = { 
/**
 * When it was begun.
 */
at: string, state: KeptState, messages?: number, files?: number, 
/**
 * What it takes, together with what it shares with others.
 */
bytes?: number, 
/**
 * What is wrong with one that is damaged, in words for the operator.
 */
problem?: string, };

/**
 * In bytes, and in numbers.
 */
export type KeptFigures = { databaseBytes: number, walBytes: number, files: number, fileBytes: number, uploads: number, 
/**
 * Messages that are not in the search index yet.
 */
unindexed: number, 
/**
 * Whether the search index cannot be kept up.
 */
indexFaulty: boolean, };

/**
 * How it stands with one backup.
 */
export type KeptState = "proven" | "incomplete" | "damaged";

export type KickFromRoom = { roomId: string, userId: string, };

export type KindBytes = { files: number, bytes: number, };

export type KindUsage = { kind: FileKind, files: number, bytes: number, };

export type LeaveRoom = { roomId: string, };

/**
 * To one's own devices.
 */
export type LevelSet = { roomId: string, level: NotificationLevel, };

export type ListEmoji = Record<symbol, never>;

export type ListEmojiAck = { 
/**
 * All of them, by name.
 */
emoji: Array<TeamEmoji>, 
/**
 * Grows with every change.
 */
rev: number, };

/**
 * The newest first.
 */
export type ListFiles = { roomId: string, kind?: FileKind, cursor?: string, limit?: number, };

export type ListFilesAck = { files: Array<RoomFile>, cursor?: string, };

export type ListMembers = { roomId: string, cursor?: string, limit?: number, };

export type ListMembersAck = { members: Array<Member>, cursor?: string, };

export type ListMyRooms = { cursor?: string, limit?: number, };

export type ListMyRoomsAck = { rooms: Array<RoomSummary>, cursor?: string, };

/**
 * The newest first.
 */
export type ListNotifications = { cursor?: string, 
/**
 * Leaves out what was read.
 */
unreadOnly?: boolean, limit?: number, };

export type ListNotificationsAck = { notifications: Array<Notification>, 
/**
 * Of all, not of this page.
 */
unread: number, cursor?: string, };

export type ListPins = { roomId: string, cursor?: string, limit?: number, };

/**
 * The last pinned first.
 */
export type ListPinsAck = { messages: Array<Message>, cursor?: string, };

/**
 * One's own, the soonest first.
 */
export type ListReminders = { cursor?: string, limit?: number, };

export type ListRemindersAck = { reminders: Array<Reminder>, cursor?: string, };

/**
 * The newest first.
 */
export type ListReports = { 
/**
 * Only of this room.
 */
roomId?: string, status?: ReportStatus, cursor?: string, limit?: number, };

export type ListReportsAck = { reports: Array<Report>, 
/**
 * How many are open, of those that the caller may handle here.
 */
open: number, cursor?: string, };

export type ListRooms = { query?: string, cursor?: string, limit?: number, };

export type ListRoomsAck = { rooms: Array<Room>, cursor?: string, };

export type ListSaved = { cursor?: string, limit?: number, };

/**
 * The last saved first.
 */
export type ListSavedAck = { messages: Array<SavedMessage>, cursor?: string, };

/**
 * The open ones first, the soonest due first.
 */
export type ListTasks = { 
/**
 * Without it, of all of the caller's rooms.
 */
roomId?: string, status?: TaskStatus, assigneeId?: string, cursor?: string, limit?: number, };

export type ListTasksAck = { tasks: Array<Task>, cursor?: string, };

/**
 * Those that the caller follows, the last answered first.
 */
export type ListThreads = { cursor?: string, 
/**
 * Leaves out what has nothing unread.
 */
unreadOnly?: boolean, limit?: number, };

export type ListThreadsAck = { threads: Array<FollowedThread>, 
/**
 * How many have something unread, of all.
 */
unread: number, cursor?: string, };

/**
 * Lines since the start.
 */
export type LogFigures = { errors: number, warnings: number, slowQueries: number, };

export type LogIn = { username: string, password: string, tokenTransport?: TokenTransport, };

/**
 * What a right password leads to.
 */
export type LoginAnswer = Authenticated | AskedForCode;

/**
 * Of a room, or else of the caller.
 */
export type MakeArchive = { roomId?: string, language: ArchiveLanguage, 
/**
 * In which days begin and end, as `Asia/Seoul`.
 */
timeZone: string, };

export type MarkRead = { roomId: string, seq: number, };

export type MarkReadAck = { unread: number, };

/**
 * Marks everything from `seq` on as unread.
 */
export type MarkUnread = { roomId: string, seq: number, };

/**
 * Who may make rooms. Direct conversations are everybody's.
 */
export type MayCreateRooms = "everyone" | "administrators";

/**
 * Who may mention a room as a whole, where its size allows it at all.
 */
export type MayMentionEverybody = "everyone" | "moderators" | "administrators";

/**
 * Who may say how long the messages of a room are kept.
 */
export type MaySetRetention = "owners" | "administrators";

/**
 * The caller's own account.
 */
export type Me = { role: ServerRole, id: string, username?: string, displayName: string, 
/**
 * The id of the file that is shown for them.
 */
avatar?: string, bot?: boolean, 
/**
 * They see only the rooms that somebody added them to.
 */
guest?: boolean, deactivated?: boolean, 
/**
 * Nothing is left of them but this; clients word it in their reader's language.
 */
erased?: boolean, status: Availability, text?: string, emoji?: string, 
/**
 * When the status falls back to `active`.
 */
until?: string, };

export type MeAnswer = { user: Me, };

export type Member = { user: UserRef, role: RoomRole, joinedAt: string, 
/**
 * How far they have read; absent where that is not shown.
 */
readSeq?: number, };

export type MemberJoined = { roomId: string, user: UserRef, };

export type MemberLeft = { roomId: string, userId: string, 
/**
 * Who removed the member, if it was not the member.
 */
by?: string, };

/**
 * Somebody has another role in a room.
 */
export type MemberUpdated = { roomId: string, userId: string, role: RoomRole, };

/**
 * Who may mention everybody in a room.
 */
export type MentionAll = "everyone" | "moderators";

/**
 * Several people who are mentioned by one word.
 */
export type MentionGroup = "here" | "room";

/**
 * A message. A deleted one is a tombstone: its content, files, reactions and mentions are gone.
 */
export type Message = { id: string, roomId: string, seq: number, rev: number, kind: MessageKind, user: UserRef, content: string, 
/**
 * What happened, in a system message; `content` then says the same in English.
 */
system?: SystemEvent, stream?: MessageStream, clientMessageId?: string, replyTo?: string, threadRoot?: string, thread?: Thread, 
/**
 * It is in a thread, and shown in the room's list too.
 */
alsoInRoom?: boolean, 
/**
 * By name.
 */
mentions: Array<string>, 
/**
 * Whom it mentions beside.
 */
mentionsGroup?: MentionGroup, files?: Array<Attachment>, 
/**
 * What is behind links in the text.
 */
previews?: Array<Preview>, reactions: Array<Reaction>, pinned: boolean, createdAt: string, editedAt?: string, deleted?: boolean, 
/**
 * Whoever looks after the room has hidden it: it says nothing until it is shown again.
 */
hidden?: boolean, 
/**
 * Whether the reader keeps it; only in answers to one reader.
 */
saved?: boolean, };

export type MessageDeleted = { roomId: string, messageId: string, seq: number, rev: number, 
/**
 * Its author.
 */
userId: string, 
/**
 * It counted as unread for everybody else who had not read as far.
 */
counted?: boolean, };

export type MessageKind = "text" | "system" | "stream";

export type MessageNew = { message: Message, };

export type MessageReacted = { roomId: string, messageId: string, seq: number, rev: number, emoji: string, userId: string, on: boolean, count: number, };

export type MessageRead = { roomId: string, userId: string, seq: number, 
/**
 * To one's own devices: what is still unread.
 */
unread?: number, 
/**
 * With `unread`: of that, what mentions one.
 */
mentions?: number, };

/**
 * To one's own devices.
 */
export type MessageSaved = { messageId: string, on: boolean, };

/**
 * How far a message is that is, or was, written bit by bit.
 */
export type MessageStream = { state: StreamState, 
/**
 * The index of the first chunk that is not in `content`.
 */
nextIndex: number, 
/**
 * Why it ended before it was complete.
 */
error?: string, };

/**
 * To one's own devices: everything behind `seq` is unread again.
 */
export type MessageUnread = { roomId: string, seq: number, unread: number, mentions: number, };

export type MessageUpdated = { message: Message, };

/**
 * Every message of the room before `before` was removed: its time was over.
 */
export type MessagesExpired = { roomId: string, before: number, };

export type MuteRoom = { roomId: string, muted: boolean, };

/**
 * Something that concerns one person.
 */
export type Notification = { id: string, type: NotificationType, 
/**
 * What it says; of a message the first 200 characters, as the message is now.
 */
message: string, 
/**
 * How long that voice message is, in milliseconds, where the message is one without words.
 */
voiceMs?: number, 
/**
 * Who caused it.
 */
user?: UserRef, roomId?: string, messageId?: string, 
/**
 * The thread that the message is in.
 */
threadRoot?: string, 
/**
 * More for programs, by the type.
 */
data?: Record<string, unknown>, createdAt: string, read: boolean, 
/**
 * It came while the person did not want to be disturbed, or the room is muted: shown, but with no sound or popup.
 */
silent?: boolean, };

/**
 * How many notifications are unread.
 */
export type NotificationCount = { unread: number, };

/**
 * What of a room becomes a notification. Invites, tasks, reminders and what the server has to say always do.
 */
export type NotificationLevel = "all" | "mentions" | "nothing";

/**
 * To one's own devices.
 */
export type NotificationRead = { notificationId?: string, 
/**
 * Those that were read with their messages, if they are 200 at most.
 */
notificationIds?: Array<string>, all?: boolean, unread: number, };

/**
 * To the person whom it concerns: one more that is unread.
 */
export type NotificationTold = { id: string, type: NotificationType, 
/**
 * What it says; of a message the first 200 characters, as the message is now.
 */
message: string, 
/**
 * How long that voice message is, in milliseconds, where the message is one without words.
 */
voiceMs?: number, 
/**
 * Who caused it.
 */
user?: UserRef, roomId?: string, messageId?: string, 
/**
 * The thread that the message is in.
 */
threadRoot?: string, 
/**
 * More for programs, by the type.
 */
data?: Record<string, unknown>, createdAt: string, read: boolean, 
/**
 * It came while the person did not want to be disturbed, or the room is muted: shown, but with no sound or popup.
 */
silent?: boolean, };

/**
 * Why somebody is notified.
 */
export type NotificationType = "mention" | "direct" | "reply" | "invite" | "task" | "reminder" | "report" | "system";

/**
 * To one's own devices: what it told of is not there any more.
 */
export type NotificationWithdrawn = { notificationId?: string, 
/**
 * All of a room that one sees no longer.
 */
roomId?: string, unread: number, 
/**
 * With `roomId`: how many threads have something unread now.
 */
unreadThreads?: number, };

export type OnlineFigures = { accounts: number, websockets: number, polling: number, };

/**
 * A link with which somebody chooses a password; told this once.
 */
export type PasswordLink = { url: string, expiresAt: string, };

/**
 * Why a text may not become a password; stable, and the whole list.
 */
export type PasswordWeakness = "too_short" | "too_long" | "common" | "name" | "pattern";

/**
 * By username.
 */
export type People = { people: Array<Person>, cursor?: string, };

/**
 * An account as administrators see it.
 */
export type Person = { user: UserRef, 
/**
 * Also of who is deactivated.
 */
username: string, role: ServerRole, 
/**
 * How many devices are connected.
 */
connections: number, 
/**
 * Sessions that go on.
 */
sessions: number, 
/**
 * Rooms that they are in, without direct ones.
 */
rooms: number, createdAt: string, lastSeen?: string, deactivatedAt?: string, 
/**
 * They log in with a second factor.
 */
twoFactor: boolean, };

export type PersonAnswer = { person: Person, };

/**
 * What somebody is: people by their role, or a bot.
 */
export type PersonKind = "owner" | "admin" | "member" | "guest" | "bot";

/**
 * Which accounts are looked for.
 */
export type PersonState = "active" | "deactivated";

export type PinMessage = { messageId: string, on: boolean, };

/**
 * Who may write in a room. Whoever is in it reads and reacts.
 */
export type Posting = "everyone" | "threads" | "moderators";

/**
 * What somebody wants for themselves, on all devices.
 */
export type Preferences = { 
/**
 * Others see how far one has read, and one sees it of others.
 */
receipts: boolean, 
/**
 * Others see when one was last here.
 */
lastSeen: boolean, quietHours?: QuietHours, };

export type PreferencesAck = { preferences: Preferences, };

/**
 * To one's own devices.
 */
export type PreferencesUpdated = { preferences: Preferences, };

/**
 * Whether somebody is here, and on how many devices.
 */
export type Presence = { online: boolean, lastSeen?: string, connections: number, status: Availability, text?: string, emoji?: string, 
/**
 * When the status falls back to `active`.
 */
until?: string, };

/**
 * What is behind a link of a message. It has a title, an image, or both.
 */
export type Preview = { 
/**
 * The link, without a fragment.
 */
url: string, 
/**
 * At most 200 characters.
 */
title?: string, 
/**
 * At most 400 characters.
 */
description?: string, 
/**
 * At most 80 characters.
 */
siteName?: string, image?: PreviewImage, };

/**
 * The image of a page, kept by the server and given out as files are: at `/api/v1/files/{id}/preview`.
 */
export type PreviewImage = { id: string, 
/**
 * As it is shown, in pixels.
 */
width: number, height: number, 
/**
 * Its mean colour, as `#rrggbb`.
 */
color: string, };

/**
 * What an invite's holder asks with before registering.
 */
export type PreviewInvite = { 
/**
 * Also called `code`, as in the answer that told it.
 */
inviteCode: string, };

export type ProcessFigures = { memoryBytes: number, 
/**
 * Of all processors together, since the start.
 */
cpuSeconds: number, openFiles: number, 
/**
 * How many it may have.
 */
mostFiles?: number, };

/**
 * Who changes or turns off their second factor.
 */
export type ProveTwoFactor = { password: string, 
/**
 * Of the app, or one for recovery.
 */
code: string, };

/**
 * What is wrong with a search query, for a client that says it in the words of its reader.
 */
export type QueryFlaw = { reason: QueryReason, 
/**
 * The part of the query that is meant: from and to, in UTF-16 units, as JavaScript counts.
 */
range: [number, number], };

/**
 * Why a search query cannot be carried out; stable, and the whole list.
 */
export type QueryReason = "too_long" | "too_many_terms" | "nothing" | "no_name" | "no_day" | "bad_day" | "not_in_has" | "not_in_is" | "not_negatable" | "no_days_left" | "nobody" | "several_people" | "no_room" | "several_rooms" | "no_direct_room";

export type QueueFigures = { 
/**
 * Commands that wait to be written.
 */
unwritten: number, 
/**
 * Commits, and what is not stored, that wait to be told.
 */
untold: number, 
/**
 * What waits for websockets together, in bytes.
 */
outboundBytes: number, };

/**
 * Hours of each day in which nothing makes a sound.
 */
export type QuietHours = { 
/**
 * `HH:MM`, from 00:00 to 23:59.
 */
from: string, 
/**
 * `HH:MM`, on the next day when it is before `from`; never the same.
 */
to: string, 
/**
 * The IANA name of the time zone.
 */
timeZone: string, };

export type ReactToMessage = { messageId: string, 
/**
 * An emoji or a `:name:`, at most 64 bytes without blanks.
 */
emoji: string, on: boolean, };

export type Reaction = { emoji: string, count: number, 
/**
 * The first ten who reacted.
 */
users: Array<string>, 
/**
 * Whether the reader is among them; only in answers to one reader.
 */
mine?: boolean, };

/**
 * One of `before`, `after` and `around`, or none of them for the newest.
 */
export type ReadHistory = { roomId: string, before?: number, after?: number, around?: number, limit?: number, threadRoot?: string, };

export type ReadHistoryAck = { 
/**
 * Ascending by `seq`.
 */
messages: Array<Message>, 
/**
 * Whether there is more in the direction that was asked for.
 */
hasMore: boolean, 
/**
 * With `threadRoot`: how the caller stands to the thread.
 */
thread?: ThreadState, };

/**
 * One, or `all` that there are by now.
 */
export type ReadNotification = { notificationId?: string, all?: boolean, };

/**
 * Marks a thread as read up to `seq`.
 */
export type ReadThread = { messageId: string, seq: number, };

/**
 * The first event of every connection.
 */
export type Ready = { user: Me, sessionId?: string, clientId: string, 
/**
 * Changes when a backup is restored: what a client keeps of an older epoch is void.
 */
epoch: string, serverTime: string, rooms: Array<RoomSummary>, roomsCursor?: string, notifications: NotificationCount, threads: ThreadCount, preferences: Preferences, 
/**
 * How often the team's own emoji have changed; 0 where there never were any.
 */
emojiRev: number, 
/**
 * What holds for the whole team.
 */
team: TeamSettings, 
/**
 * What stands and was not dismissed, newest first.
 */
announcements: Array<Announcement>, limits: ClientLimits, heartbeatMs: number, version: string, };

/**
 * How far a member has read a room.
 */
export type Receipt = { user: UserRef, seq: number, };

/**
 * Told this once.
 */
export type RecoveryCodes = { recoveryCodes: Array<string>, };

/**
 * The refresh token comes in the cookie, or here.
 */
export type Refresh = { refreshToken?: string, };

export type Register = { inviteCode?: string, username: string, displayName: string, password: string, tokenTransport?: TokenTransport, };

export type RejoinRoom = { roomId: string, 
/**
 * The room's rev that the client has; absent when it has nothing.
 */
rev?: number, };

/**
 * Comes as a notification at its time, and is gone then.
 */
export type Reminder = { id: string, text: string, at: string, roomId?: string, messageId?: string, createdAt: string, };

export type ReminderAck = { reminder: Reminder, };

/**
 * To one's own devices.
 */
export type ReminderCreated = { reminder: Reminder, };

/**
 * To one's own devices.
 */
export type ReminderDeleted = { reminderId: string, };

/**
 * To one's own devices: its time has come, and a notification of it.
 */
export type ReminderDue = { reminderId: string, };

export type RemoveEmoji = { emojiId: string, };

export type RenameEmoji = { emojiId: string, name: string, };

/**
 * What somebody reported, for whoever handles it.
 */
export type Report = { id: string, room: RoomRef, 
/**
 * As it is now, with what it says while it is hidden; of a direct room, or where administrators of the server handle
 * it, without what it says once the report is resolved.
 */
message: Message, 
/**
 * What it said when it was reported; empty once the report is resolved.
 */
content: string, reason: string, reporter: UserRef, createdAt: string, status: ReportStatus, outcome?: ReportOutcome, resolvedBy?: UserRef, resolvedAt?: string, };

export type ReportMessage = { messageId: string, 
/**
 * 1 to 500 characters.
 */
reason: string, };

/**
 * What became of a report.
 */
export type ReportOutcome = "dismissed" | "hidden" | "deleted";

export type ReportStatus = "open" | "resolved";

/**
 * Who has to log in with a second factor. Bots never do.
 */
export type RequireTwoFactor = "nobody" | "administrators" | "everybody";

/**
 * With the token of a reset link.
 */
export type ResetPassword = { token: string, password: string, };

export type ResolveReport = { reportId: string, outcome: ReportOutcome, };

export type ResolveReportAck = { report: Report, };

/**
 * How long the messages of a room are kept.
 */
export type RetainRoom = { 
/**
 * 1 to 3,650; 0 is for ever, `null` as the whole team has it.
 */
days: number | null, };

/**
 * What would be removed at once.
 */
export type RetentionPreview = { messages: number, files: number, };

export type RevAck = { rev: number, };

export type RevealMessage = { messageId: string, };

export type RevealMessageAck = { 
/**
 * With what it says, though it is hidden.
 */
message: Message, };

/**
 * To one's own devices: what they may do on the server is another thing now.
 */
export type RoleChanged = { role: ServerRole, };

/**
 * A room, as it is the same for everybody who may see it.
 */
export type Room = { id: string, kind: RoomKind, 
/**
 * Absent in direct rooms, which are named by their members.
 */
name?: string, topic?: string, memberCount: number, lastSeq: number, rev: number, createdAt: string, 
/**
 * False: links in it are not looked up.
 */
previews?: boolean, 
/**
 * After how many days its messages are removed; 0: never. Absent: as the whole team has it.
 */
retentionDays?: number, 
/**
 * Messages before this `seq` were removed, and no page has them; absent while there are all.
 */
clearedBefore?: number, 
/**
 * Absent: everybody.
 */
posting?: Posting, 
/**
 * How long members wait between two messages, in seconds; absent: not at all.
 */
slowModeSeconds?: number, 
/**
 * Absent: everybody.
 */
mentionAll?: MentionAll, };

export type RoomAck = { room: RoomSummary, };

export type RoomCreated = { room: RoomSummary, };

export type RoomDeleted = { roomId: string, };

/**
 * To one's own devices: all favourites, in their order.
 */
export type RoomFavourites = { roomIds: Array<string>, };

/**
 * A file of a room, and the message that it stands in.
 */
export type RoomFile = { file: Attachment, messageId: string, user: UserRef, createdAt: string, };

export type RoomInvited = { room: RoomSummary, by: UserRef, };

export type RoomKind = "public" | "private" | "direct";

/**
 * To one's own devices.
 */
export type RoomMuted = { roomId: string, muted: boolean, };

/**
 * A room by what it is called.
 */
export type RoomRef = { id: string, kind: RoomKind, 
/**
 * Absent in direct rooms, which are named by their members.
 */
name?: string, 
/**
 * In direct rooms: everybody in it, the reader too.
 */
members?: Array<UserRef>, };

/**
 * Acknowledges `room:rejoin`, and is told to the caller's socket as `room:rejoined`.
 */
export type RoomRejoined = { room: RoomSummary, messages: Array<Message>, 
/**
 * False: drop what is kept of the room and load its history.
 */
complete: boolean, };

/**
 * To somebody who was removed from a room, with who did that.
 */
export type RoomRemoved = { roomId: string, by: UserRef, };

export type RoomRole = "owner" | "moderator" | "member";

/**
 * A room as one member has it: the room, and how far that member is.
 */
export type RoomSummary = { readSeq: number, 
/**
 * Messages by others behind `readSeq`, without system lines and thread replies.
 */
unread: number, 
/**
 * Of the unread those that mention the member, by name or as one of a group.
 */
mentions: number, lastMessage?: Message, muted: boolean, 
/**
 * What of it becomes a notification.
 */
level: NotificationLevel, 
/**
 * Its place among the rooms that the member keeps on top, which are shown in ascending order.
 */
favourite?: number, role: RoomRole, 
/**
 * In slow mode: when the member may write again.
 */
nextSendAt?: string, 
/**
 * In direct rooms: everybody in it, the member too.
 */
members?: Array<UserRef>, id: string, kind: RoomKind, 
/**
 * Absent in direct rooms, which are named by their members.
 */
name?: string, topic?: string, memberCount: number, lastSeq: number, rev: number, createdAt: string, 
/**
 * False: links in it are not looked up.
 */
previews?: boolean, 
/**
 * After how many days its messages are removed; 0: never. Absent: as the whole team has it.
 */
retentionDays?: number, 
/**
 * Messages before this `seq` were removed, and no page has them; absent while there are all.
 */
clearedBefore?: number, 
/**
 * Absent: everybody.
 */
posting?: Posting, 
/**
 * How long members wait between two messages, in seconds; absent: not at all.
 */
slowModeSeconds?: number, 
/**
 * Absent: everybody.
 */
mentionAll?: MentionAll, };

export type RoomUpdated = { room: Room, };

/**
 * A file that stands in a room more than once counts once.
 */
export type RoomUsage = { id: string, kind: RoomKind, name: string, files: number, bytes: number, };

export type SaveMessage = { messageId: string, on: boolean, };

/**
 * A message that somebody keeps.
 */
export type SavedMessage = { message: Message, room: RoomRef, savedAt: string, };

/**
 * A message that was found.
 */
export type SearchHit = { message: Message, room: RoomRef, 
/**
 * The part of the content around the best match; an ellipsis stands where something is left out.
 */
snippet: string, 
/**
 * What matches in the snippet: from and to, in UTF-16 units, as JavaScript counts.
 */
ranges: Array<[number, number]>, };

/**
 * Looks for messages in the caller's rooms.
 */
export type SearchMessages = { 
/**
 * Words, `"phrases"`, `-without` and operators such as `from:mina in:general before:2026-01-31 has:link`;
 * at most 500 characters.
 */
query: string, 
/**
 * Only in this room.
 */
roomId?: string, 
/**
 * That of the page before, with the same query, room and order.
 */
cursor?: string, 
/**
 * 20 unless said, at most 100.
 */
limit?: number, 
/**
 * `newest` unless said.
 */
sort?: SearchSort, 
/**
 * The IANA name of the time zone that days in the query are days of; UTC unless said.
 */
timeZone?: string, };

export type SearchMessagesAck = { hits: Array<SearchHit>, 
/**
 * How many messages are found in all; on the first page only.
 */
total?: number, 
/**
 * `total` is the least: there are too many to be counted.
 */
totalIsEstimate?: boolean, cursor?: string, };

/**
 * How what was found is ordered.
 */
export type SearchSort = "newest" | "relevance";

/**
 * The password was right, and a code is asked for.
 */
export type SecondFactor = { 
/**
 * For one login, until `expiresAt`.
 */
ticket: string, expiresAt: string, };

export type SendMessage = { roomId: string, 
/**
 * 1 to 16,000 characters; may be empty with files.
 */
content: string, 
/**
 * At most ten of the sender's own, in the order in which they are shown.
 */
fileIds?: Array<string>, 
/**
 * 1 to 64 bytes, unique for the sender: sent again with the same one, nothing new is stored.
 */
clientMessageId?: string, replyTo?: string, threadRoot?: string, 
/**
 * Shows a reply in a thread in the room's list, too.
 */
alsoInRoom?: boolean, };

export type SendMessageAck = { messageId: string, seq: number, rev: number, timestamp: string, 
/**
 * The message had been stored before; nothing was stored or told now.
 */
duplicate?: boolean, };

/**
 * Whether this server hears the others of its cluster. While it does not, typing, presence and chunks of messages from
 * people on other servers may be missing; nothing else is.
 */
export type ServerCluster = { connected: boolean, };

export type ServerDraining = { reconnectInMs: number, };

/**
 * Figures of one moment. What is counted since the start only grows: who asks again sees what came between.
 */
export type ServerFigures = { at: string, startedAt: string, version: string, commit: string, online: OnlineFigures, traffic: TrafficFigures, 
/**
 * From the commit of something until it was handed to a connection that hears of it.
 */
delivery: TimesFigures, 
/**
 * Of a batch of commands, until it was on the disk.
 */
commitTime: TimesFigures, queues: QueueFigures, process: ProcessFigures, 
/**
 * None while the database does not answer.
 */
kept?: KeptFigures, 
/**
 * Bytes that are free on the disk of the data folder.
 */
freeBytes?: number, log: LogFigures, 
/**
 * What HTTPS is served with, where this server itself encrypts.
 */
certificate?: CertificateStatus, };

/**
 * What a visitor may know before logging in.
 */
export type ServerInfo = { 
/**
 * No account exists yet: the setup link on the console makes the first.
 */
needsSetup: boolean, registration: string, version: string, 
/**
 * What the team is called, if it has a name.
 */
name?: string, 
/**
 * For everybody who has not chosen another.
 */
accent?: Accent, 
/**
 * What the team says to who comes, in plain text.
 */
greeting?: string, 
/**
 * The team's sign, at `/api/v1/server/logo/{id}`.
 */
logo?: string, };

export type ServerRole = "owner" | "admin" | "member" | "guest";

export type Session = { id: string, createdAt: string, lastUsedAt: string, userAgent: string, address: string, current: boolean, };

export type SessionEnded = { reason: string, };

export type SessionRestored = { disconnectedAt: string, rooms: Array<string>, canReconnect: boolean, 
/**
 * How many messages came while the client was away.
 */
missed: number, };

export type Sessions = { sessions: Array<Session>, };

export type SetAvatar = { 
/**
 * An image.
 */
fileId: string, 
/**
 * The part of it; its middle unless said.
 */
crop?: AvatarCrop, };

export type SetLevel = { roomId: string, level: NotificationLevel, };

/**
 * Of which image the team's logo is to be made.
 */
export type SetLogo = { 
/**
 * An image that the caller uploaded or may see.
 */
fileId: string, };

export type SetRoomRole = { roomId: string, userId: string, role: RoomRole, };

export type SetUp = { token: string, username: string, displayName: string, password: string, 
/**
 * What the room is called that everybody joins; General by default.
 */
roomName?: string, tokenTransport?: TokenTransport, };

/**
 * Takes the preview of a link off a message, or puts it back.
 */
export type ShowPreview = { messageId: string, 
/**
 * As the preview has it.
 */
url: string, on: boolean, };

export type StartStream = { roomId: string, 
/**
 * As in `message:send`: sent again with the same one, nothing new is begun.
 */
clientMessageId?: string, replyTo?: string, threadRoot?: string, };

export type StartStreamAck = { messageId: string, seq: number, rev: number, timestamp: string, 
/**
 * It had been begun before; nothing was stored or told now.
 */
duplicate?: boolean, 
/**
 * The index of the chunk to go on with; absent when it has ended.
 */
nextIndex?: number, };

export type StartTyping = { roomId: string, threadRoot?: string, };

/**
 * Asks the sender to end it.
 */
export type StopStream = { messageId: string, };

export type StopTyping = { roomId: string, threadRoot?: string, };

/**
 * What the server keeps, in bytes and in numbers, at one moment.
 */
export type StorageUsage = { databaseBytes: number, 
/**
 * What of it is not folded in yet, beside it.
 */
walBytes: number, 
/**
 * Of the database, what the search index takes.
 */
indexBytes: number, 
/**
 * Of files that stand in messages, each content once, by kind.
 */
files: Array<KindUsage>, 
/**
 * Avatars, emoji, the images of previews, and what is about to be sent or removed.
 */
other: KindBytes, 
/**
 * Those that take the most, the largest first.
 */
rooms: Array<RoomUsage>, 
/**
 * Of all direct conversations together.
 */
direct: KindBytes, 
/**
 * Of the backups that are made by themselves; absent where none are, or their folder cannot be read.
 */
backupBytes?: number, 
/**
 * On the disk of the data folder.
 */
freeBytes?: number, };

export type StreamEnded = { message: Message, };

export type StreamFailed = { message: Message, error: string, };

export type StreamFed = { roomId: string, messageId: string, index: number, chunk: string, };

export type StreamStarted = { message: Message, };

export type StreamState = "open" | "done" | "error";

/**
 * To the sender's devices: somebody in the room wants no more of it.
 */
export type StreamStopped = { roomId: string, messageId: string, by: string, };

/**
 * Every message of a room whose rev a reconnecting client lacks, ascending by rev.
 */
export type Sync = { roomId: string, messages: Array<Message>, rev: number, complete: boolean, };

/**
 * What a system message tells; clients word it in their reader's language.
 */
export type SystemEvent = { "event": "created" } | { "event": "joined" } | { "event": "left" } | { "event": "invited", users: Array<SystemUser>, } | { "event": "removed", users: Array<SystemUser>, } | { "event": "renamed", name: string, } | { "event": "topic", topic: string, } | { "event": "kind", kind: RoomKind, } | { "event": "role", user: SystemUser, role: RoomRole, } | { "event": "posting", posting: Posting, } | { "event": "slowMode", seconds: number, } | { "event": "mentionAll", mentionAll: MentionAll, } | { "event": "taskCreated", task: SystemTask, } | { "event": "taskDone", task: SystemTask, };

/**
 * A task as a system message names it, under the title of that day.
 */
export type SystemTask = { id: string, title: string, };

/**
 * Somebody named by a system message, under the name of that day.
 */
export type SystemUser = { id: string, displayName: string, };

/**
 * Something to be done in a room.
 */
export type Task = { id: string, roomId: string, 
/**
 * Counts its changes from 1: of two states of a task the one with the greater stands.
 */
rev: number, title: string, status: TaskStatus, assigneeId?: string, dueAt?: string, 
/**
 * The message that it was made from.
 */
messageId?: string, createdBy: string, createdAt: string, updatedAt: string, };

export type TaskAck = { task: Task, };

/**
 * To the assignee, unless it was they who did it.
 */
export type TaskAssigned = { task: Task, };

export type TaskDeleted = { roomId: string, taskId: string, };

export type TaskStatus = "open" | "doing" | "done";

/**
 * Made or changed.
 */
export type TaskUpdated = { task: Task, updatedBy: string, };

export type TeamAnswer = { settings: TeamSettings, };

/**
 * An emoji of the team's own. Its image is at `/api/v1/files/{id}/emoji`.
 */
export type TeamEmoji = { id: string, 
/**
 * Written between colons in messages and reactions.
 */
name: string, 
/**
 * Who added it; not told to a guest who shares no room with them.
 */
userId?: string, 
/**
 * It moves; with `?size=small` it stands still.
 */
animated?: boolean, };

/**
 * What holds for the whole team. The configuration says what is possible at all; this says what is wanted of it.
 */
export type TeamSettings = { 
/**
 * What the team is called; Maru where it has no name.
 */
name?: string, 
/**
 * For everybody who has not chosen another.
 */
accent?: Accent, createRooms: MayCreateRooms, mentionEverybody: MayMentionEverybody, 
/**
 * Rooms that one person may make, where that is less than the configuration allows.
 */
roomsPerPerson?: number, 
/**
 * What the files of one person may take together, in bytes, where that is less than the configuration allows.
 */
fileBytesPerPerson?: number, 
/**
 * After how many days messages are removed, where a room says nothing else; absent: never.
 */
retentionDays?: number, roomRetention: MaySetRetention, requireTwoFactor: RequireTwoFactor, 
/**
 * What whoever comes to log in or to register is told, in plain text.
 */
greeting?: string, 
/**
 * The team's sign, at `/api/v1/server/logo/{id}`.
 */
logo?: string, };

/**
 * To everybody who is connected: the team's settings are others now.
 */
export type TeamUpdated = { settings: TeamSettings, };

/**
 * The replies under a message.
 */
export type Thread = { replies: number, lastSeq: number, 
/**
 * When the last reply was written.
 */
lastAt: string, 
/**
 * The first ten who replied.
 */
participants: Array<string>, };

export type ThreadAck = { following: boolean, readSeq: number, 
/**
 * Replies by others behind `readSeq`; 0 in a thread that is not followed.
 */
unread: number, };

/**
 * How many followed threads have something unread.
 */
export type ThreadCount = { unread: number, };

/**
 * How somebody stands to a thread.
 */
export type ThreadState = { following: boolean, readSeq: number, 
/**
 * Replies by others behind `readSeq`; 0 in a thread that is not followed.
 */
unread: number, };

/**
 * To one's own devices, at each change.
 */
export type ThreadUpdated = { roomId: string, 
/**
 * The thread's first message.
 */
messageId: string, 
/**
 * How many threads have something unread now.
 */
unreadThreads: number, following: boolean, readSeq: number, 
/**
 * Replies by others behind `readSeq`; 0 in a thread that is not followed.
 */
unread: number, };

/**
 * How many fell between which bounds, since the start.
 */
export type TimesFigures = { 
/**
 * Upper bounds, ascending, in microseconds.
 */
upTo: Array<number>, 
/**
 * One for each, and one for what took longer.
 */
counts: Array<number>, };

/**
 * Where a client wants its refresh token.
 */
export type TokenTransport = "cookie" | "body";

/**
 * Since the start.
 */
export type TrafficFigures = { messages: number, commands: number, refused: number, deliveries: number, commits: number, failedCommits: number, slowConsumers: number, 
/**
 * Rooms that were caught up for clients that had been away.
 */
recoveries: number, 
/**
 * Those of which so much was missed that the client began anew.
 */
recoveriesAfresh: number, 
/**
 * Runs of work that comes round by itself.
 */
jobs: number, failedJobs: number, };

export type TurnOnTwoFactor = { enrolment: string, 
/**
 * Of the app that was set up.
 */
code: string, };

export type TwoFactor = { 
/**
 * Since when there is a second factor; absent: there is none.
 */
since?: string, 
/**
 * Codes for recovery that were not used yet.
 */
recoveryCodes: number, 
/**
 * The team wants it of who asks.
 */
required: boolean, };

export type TwoFactorEnrolment = { 
/**
 * To be given back with the first code, until `expiresAt`.
 */
enrolment: string, expiresAt: string, 
/**
 * As it is typed into an app.
 */
secret: string, 
/**
 * As an app reads it from a QR code.
 */
url: string, };

export type TypingStarted = { roomId: string, user: UserRef, threadRoot?: string, };

export type TypingStopped = { roomId: string, userId: string, threadRoot?: string, };

/**
 * What is absent stays as it is.
 */
export type UpdateMe = { displayName?: string, };

/**
 * All of them: quiet hours that are left out are none.
 */
export type UpdatePreferences = { receipts: boolean, lastSeen: boolean, quietHours?: QuietHours, };

export type UpdateRoom = { roomId: string, name?: string, 
/**
 * An empty one takes the topic away.
 */
topic?: string, kind?: RoomKind, 
/**
 * Whether links are looked up; what was looked up stays.
 */
previews?: boolean, posting?: Posting, 
/**
 * 0 to 21,600; 0 ends slow mode.
 */
slowModeSeconds?: number, mentionAll?: MentionAll, };

export type UpdateRoomAck = { room: Room, };

export type UpdateStatus = { status: Availability, 
/**
 * At most 100 characters.
 */
text?: string, emoji?: string, until?: string, };

/**
 * What is absent stays as it is.
 */
export type UpdateTask = { taskId: string, title?: string, status?: TaskStatus, 
/**
 * `null` takes the assignee off.
 */
assigneeId?: string | null, 
/**
 * `null` takes the date off.
 */
dueAt?: string | null, };

/**
 * What of the settings is to change. What is absent stays; `null` takes away.
 */
export type UpdateTeam = { 
/**
 * 1 to 60 characters on one line.
 */
name?: string | null, accent?: Accent | null, createRooms?: MayCreateRooms | null, mentionEverybody?: MayMentionEverybody | null, 
/**
 * 1 to 1,000,000.
 */
roomsPerPerson?: number | null, 
/**
 * At least 1,048,576.
 */
fileBytesPerPerson?: number | null, 
/**
 * 1 to 3,650.
 */
retentionDays?: number | null, roomRetention?: MaySetRetention | null, requireTwoFactor?: RequireTwoFactor | null, 
/**
 * 1 to 500 characters, on several lines perhaps.
 */
greeting?: string | null, };

export type UserAnswer = { user: UserRef, };

export type UserOffline = { userId: string, timestamp: string, };

export type UserOnline = { userId: string, timestamp: string, };

export type UserReconnected = { roomId: string, userId: string, };

/**
 * Somebody, as others see them. Who was deactivated keeps only id and display name.
 */
export type UserRef = { id: string, username?: string, displayName: string, 
/**
 * The id of the file that is shown for them.
 */
avatar?: string, bot?: boolean, 
/**
 * They see only the rooms that somebody added them to.
 */
guest?: boolean, deactivated?: boolean, 
/**
 * Nothing is left of them but this; clients word it in their reader's language.
 */
erased?: boolean, };

export type UserStatusChanged = { userId: string, status: Availability, text?: string, emoji?: string, 
/**
 * When the status falls back to `active`.
 */
until?: string, };

/**
 * Somebody has another name.
 */
export type UserUpdated = { user: UserRef, };

export type Users = { users: Array<UserRef>, cursor?: string, };

/**
 * What whoever recorded a voice message says of it.
 */
export type Voice = { 
/**
 * In milliseconds, five minutes at most.
 */
durationMs: number, 
/**
 * How loud each of 64 equal parts is, from 0 to 255: a byte each, in base64.
 */
peaks: string, };

/** Every command: what is sent and what it is acknowledged with. */
export interface Commands {
  'room:create': { payload: CreateRoom; ack: RoomAck }
  'room:join': { payload: JoinRoom; ack: JoinRoomAck }
  'room:invite': { payload: InviteToRoom; ack: InviteToRoomAck }
  'room:leave': { payload: LeaveRoom; ack: Empty }
  'room:kick': { payload: KickFromRoom; ack: Empty }
  'room:role': { payload: SetRoomRole; ack: Empty }
  'room:update': { payload: UpdateRoom; ack: UpdateRoomAck }
  'room:delete': { payload: DeleteRoom; ack: Empty }
  'room:rejoin': { payload: RejoinRoom; ack: RoomRejoined }
  'room:members': { payload: ListMembers; ack: ListMembersAck }
  'room:list': { payload: ListRooms; ack: ListRoomsAck }
  'room:mine': { payload: ListMyRooms; ack: ListMyRoomsAck }
  'room:mute': { payload: MuteRoom; ack: Empty }
  'room:favourite': { payload: FavourRoom; ack: Empty }
  'room:notify': { payload: SetLevel; ack: Empty }
  'room:pins': { payload: ListPins; ack: ListPinsAck }
  'room:files': { payload: ListFiles; ack: ListFilesAck }
  'room:receipts': { payload: GetReceipts; ack: GetReceiptsAck }
  'room:presence': { payload: GetRoomPresence; ack: GetRoomPresenceAck }
  'message:send': { payload: SendMessage; ack: SendMessageAck }
  'message:edit': { payload: EditMessage; ack: RevAck }
  'message:delete': { payload: DeleteMessage; ack: RevAck }
  'message:react': { payload: ReactToMessage; ack: RevAck }
  'message:pin': { payload: PinMessage; ack: RevAck }
  'message:preview': { payload: ShowPreview; ack: RevAck }
  'message:hide': { payload: HideMessage; ack: RevAck }
  'message:reveal': { payload: RevealMessage; ack: RevealMessageAck }
  'message:report': { payload: ReportMessage; ack: Empty }
  'reports:list': { payload: ListReports; ack: ListReportsAck }
  'report:resolve': { payload: ResolveReport; ack: ResolveReportAck }
  'message:read': { payload: MarkRead; ack: MarkReadAck }
  'message:unread': { payload: MarkUnread; ack: MarkReadAck }
  'message:save': { payload: SaveMessage; ack: Empty }
  'message:send:stream': { payload: StartStream; ack: StartStreamAck }
  'message:stream:chunk': { payload: FeedStream; ack: Empty }
  'message:stream:end': { payload: EndStream; ack: RevAck }
  'message:stream:error': { payload: FailStream; ack: RevAck }
  'message:stream:stop': { payload: StopStream; ack: Empty }
  'messages:saved': { payload: ListSaved; ack: ListSavedAck }
  'messages:history': { payload: ReadHistory; ack: ReadHistoryAck }
  'messages:search': { payload: SearchMessages; ack: SearchMessagesAck }
  'threads:list': { payload: ListThreads; ack: ListThreadsAck }
  'thread:follow': { payload: FollowThread; ack: ThreadAck }
  'thread:read': { payload: ReadThread; ack: ThreadAck }
  'notifications:list': { payload: ListNotifications; ack: ListNotificationsAck }
  'notification:read': { payload: ReadNotification; ack: NotificationCount }
  'preferences:update': { payload: UpdatePreferences; ack: PreferencesAck }
  'task:create': { payload: CreateTask; ack: TaskAck }
  'task:update': { payload: UpdateTask; ack: TaskAck }
  'task:delete': { payload: DeleteTask; ack: Empty }
  'task:list': { payload: ListTasks; ack: ListTasksAck }
  'reminder:create': { payload: CreateReminder; ack: ReminderAck }
  'reminder:list': { payload: ListReminders; ack: ListRemindersAck }
  'reminder:delete': { payload: DeleteReminder; ack: Empty }
  'emoji:list': { payload: ListEmoji; ack: ListEmojiAck }
  'emoji:add': { payload: AddEmoji; ack: EmojiAck }
  'emoji:rename': { payload: RenameEmoji; ack: EmojiAck }
  'emoji:remove': { payload: RemoveEmoji; ack: Empty }
  'typing:start': { payload: StartTyping; ack: Empty }
  'typing:stop': { payload: StopTyping; ack: Empty }
  'status:update': { payload: UpdateStatus; ack: Empty }
  'presence:get': { payload: GetPresence; ack: GetPresenceAck }
  'heartbeat': { payload: Heartbeat; ack: HeartbeatAck }
}

/** Every event that the server tells. */
export interface ServerEvents {
  'ready': Ready
  'sync': Sync
  'session:restored': SessionRestored
  'session:ended': SessionEnded
  'connection:replaced': ConnectionReplaced
  'server:draining': ServerDraining
  'server:cluster': ServerCluster
  'command:failed': CommandFailed
  'heartbeat:ack': HeartbeatEcho
  'room:created': RoomCreated
  'room:invited': RoomInvited
  'room:updated': RoomUpdated
  'room:deleted': RoomDeleted
  'room:removed': RoomRemoved
  'room:rejoined': RoomRejoined
  'room:muted': RoomMuted
  'room:favourites': RoomFavourites
  'member:joined': MemberJoined
  'member:left': MemberLeft
  'member:updated': MemberUpdated
  'user:reconnected': UserReconnected
  'message:new': MessageNew
  'message:updated': MessageUpdated
  'message:deleted': MessageDeleted
  'messages:expired': MessagesExpired
  'message:reacted': MessageReacted
  'message:read': MessageRead
  'message:unread': MessageUnread
  'message:saved': MessageSaved
  'thread:updated': ThreadUpdated
  'notification': NotificationTold
  'message:stream:start': StreamStarted
  'message:stream:chunk': StreamFed
  'message:stream:end': StreamEnded
  'message:stream:error': StreamFailed
  'message:stream:stop': StreamStopped
  'task:updated': TaskUpdated
  'task:deleted': TaskDeleted
  'task:assigned': TaskAssigned
  'reminder:created': ReminderCreated
  'reminder:deleted': ReminderDeleted
  'reminder:due': ReminderDue
  'notification:read': NotificationRead
  'notification:withdrawn': NotificationWithdrawn
  'room:notify': LevelSet
  'preferences:updated': PreferencesUpdated
  'emoji:updated': EmojiUpdated
  'emoji:removed': EmojiRemoved
  'typing:start': TypingStarted
  'typing:stop': TypingStopped
  'user:online': UserOnline
  'user:offline': UserOffline
  'user:status': UserStatusChanged
  'user:updated': UserUpdated
  'user:role': RoleChanged
  'team:updated': TeamUpdated
  'announcement:made': AnnouncementMade
  'announcement:ended': AnnouncementEnded
  'announcement:dismissed': AnnouncementDismissed
  'archive:updated': ArchiveUpdated
}

/** The envelope of every acknowledgement and HTTP answer. */
export type Ack<T> = ({ success: true } & T) | Failure
