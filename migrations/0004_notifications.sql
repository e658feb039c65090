-- What concerns somebody: notifications, threads that they follow, messages that they keep, and what they prefer.

CREATE TABLE notifications (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- grows with time, and is never used twice
    user_id    INTEGER NOT NULL REFERENCES users (id),
    type       TEXT    NOT NULL
        CHECK (type IN ('mention', 'direct', 'reply', 'invite', 'task', 'reminder', 'system')),
    room_id    INTEGER,
    seq        INTEGER,                           -- the message that it is about
    by_id      INTEGER REFERENCES users (id),     -- who caused it
    text       TEXT,                              -- none where the message's own text is meant
    data       TEXT,                              -- JSON object
    silent     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    read_at    INTEGER
) STRICT;
CREATE INDEX notifications_of_user ON notifications (user_id);
-- With read_at in it, counting needs the index alone.
CREATE INDEX unread_notifications ON notifications (user_id, room_id, read_at) WHERE read_at IS NULL;
CREATE INDEX notifications_of_message ON notifications (room_id, seq) WHERE room_id IS NOT NULL;

-- Who takes part in a thread. Who does not follow it any more keeps a row, and has nothing unread.
CREATE TABLE thread_followers (
    user_id   INTEGER NOT NULL REFERENCES users (id),
    room_id   INTEGER NOT NULL,
    root      INTEGER NOT NULL, -- seq of the first message
    following INTEGER NOT NULL,
    read_seq  INTEGER NOT NULL,
    unread    INTEGER NOT NULL, -- replies by others behind read_seq
    activity  INTEGER NOT NULL, -- messages.id of the last reply
    PRIMARY KEY (user_id, room_id, root)
) STRICT, WITHOUT ROWID;
CREATE INDEX followers_of_thread ON thread_followers (room_id, root);
CREATE INDEX threads_by_activity ON thread_followers (user_id, activity) WHERE following = 1;
CREATE INDEX unread_threads ON thread_followers (user_id) WHERE unread > 0;

INSERT INTO thread_followers (user_id, room_id, root, following, read_seq, unread, activity)
    SELECT p.user_id, r.room_id, r.seq, 1, r.thread_last_seq, 0, l.id
    FROM (
        SELECT user_id, room_id, seq AS root FROM messages WHERE thread_replies > 0
        UNION
        SELECT user_id, room_id, thread_root FROM messages WHERE thread_root IS NOT NULL AND deleted_at IS NULL) p
    CROSS JOIN messages r ON r.room_id = p.room_id AND r.seq = p.root AND r.thread_replies > 0
    CROSS JOIN messages l ON l.room_id = r.room_id AND l.seq = r.thread_last_seq
    CROSS JOIN members m ON m.room_id = r.room_id AND m.user_id = p.user_id;

CREATE TABLE saved_messages (
    user_id  INTEGER NOT NULL REFERENCES users (id),
    room_id  INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX saved_by_time ON saved_messages (user_id, saved_at);
CREATE INDEX savers_of_message ON saved_messages (room_id, seq);
ALTER TABLE messages ADD COLUMN saved INTEGER NOT NULL DEFAULT 0; -- somebody has kept it

-- `mentioning` of a message is 1 for people, 2 for @here, 3 for @room.
ALTER TABLE mentions ADD COLUMN named INTEGER NOT NULL DEFAULT 1;  -- 0: as one of all
DROP INDEX mentions_of_message;
CREATE INDEX mentions_of_message ON mentions (room_id, seq, named);
ALTER TABLE mentions ADD COLUMN counts INTEGER NOT NULL DEFAULT 1; -- by somebody else, in the room's list
UPDATE mentions SET counts = 0 WHERE EXISTS (
    SELECT 1 FROM messages m WHERE m.room_id = mentions.room_id AND m.seq = mentions.seq
        AND (m.counts = 0 OR m.user_id = mentions.user_id));

ALTER TABLE members ADD COLUMN level TEXT CHECK (level IN ('all', 'mentions', 'nothing')); -- none: by the room's kind
ALTER TABLE members ADD COLUMN furthest_seq INTEGER NOT NULL DEFAULT 0; -- the furthest that read_seq ever was
UPDATE members SET furthest_seq = read_seq;

ALTER TABLE users ADD COLUMN quiet TEXT;          -- JSON: from, to, timeZone
ALTER TABLE users ADD COLUMN quiet_from INTEGER;  -- the present or next quiet hours
ALTER TABLE users ADD COLUMN quiet_until INTEGER;
ALTER TABLE users ADD COLUMN sends_receipts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN shows_last_seen INTEGER NOT NULL DEFAULT 1;
CREATE INDEX quiet_hours ON users (quiet_until) WHERE quiet_until IS NOT NULL;
