-- Rooms have moderators beside their owners. A check of a column cannot be changed: the column is made anew.
ALTER TABLE members ADD COLUMN room_role TEXT NOT NULL DEFAULT 'member'
    CHECK (room_role IN ('owner', 'moderator', 'member'));
UPDATE members SET room_role = role WHERE role <> 'member';
ALTER TABLE members DROP COLUMN role;
ALTER TABLE members RENAME COLUMN room_role TO role;
ALTER TABLE members ADD COLUMN sent_at INTEGER; -- while the room is in slow mode: when they last sent something

ALTER TABLE rooms ADD COLUMN posting TEXT NOT NULL DEFAULT 'everyone'
    CHECK (posting IN ('everyone', 'threads', 'moderators'));
ALTER TABLE rooms ADD COLUMN slow_mode INTEGER NOT NULL DEFAULT 0; -- seconds between two messages of a member
ALTER TABLE rooms ADD COLUMN mention_all TEXT NOT NULL DEFAULT 'everyone'
    CHECK (mention_all IN ('everyone', 'moderators'));

-- What a message said lies aside while it is hidden, so that whatever reads messages finds nothing of it.
ALTER TABLE messages ADD COLUMN hidden_at INTEGER;
CREATE TABLE hidden_messages (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    content    TEXT    NOT NULL,
    stream     TEXT,
    mentioning INTEGER NOT NULL,
    reacted    INTEGER NOT NULL,
    files      INTEGER NOT NULL,
    pinned_at  INTEGER,
    mentions   TEXT    NOT NULL -- JSON: an array of [users.pid, named, counts]
) STRICT;
CREATE TRIGGER hidden_goes_with_its_message AFTER UPDATE OF deleted_at ON messages
    WHEN NEW.deleted_at IS NOT NULL AND OLD.hidden_at IS NOT NULL
BEGIN
    DELETE FROM hidden_messages WHERE message_id = NEW.id;
END;

CREATE TABLE reports (
    id          INTEGER PRIMARY KEY, -- grows with time
    pid         TEXT    NOT NULL UNIQUE,
    room_id     INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    reporter_id INTEGER NOT NULL REFERENCES users (id),
    reason      TEXT    NOT NULL,
    content     TEXT    NOT NULL,    -- of the message when it was reported; emptied when the report is resolved
    to_server   INTEGER NOT NULL,    -- handled by who administers the server
    created_at  INTEGER NOT NULL,
    resolved_at INTEGER,
    resolved_by INTEGER REFERENCES users (id),
    outcome     TEXT    CHECK (outcome IN ('dismissed', 'hidden', 'deleted')),
    UNIQUE (reporter_id, room_id, seq)
) STRICT;
CREATE INDEX reports_of_message ON reports (room_id, seq);

-- There are new types of notifications: which there are, the program says.
ALTER TABLE notifications ADD COLUMN kind TEXT NOT NULL DEFAULT 'system';
UPDATE notifications SET kind = type WHERE type <> 'system';
ALTER TABLE notifications DROP COLUMN type;
ALTER TABLE notifications RENAME COLUMN kind TO type;
CREATE INDEX notifications_of_report ON notifications (data) WHERE type = 'report';
