-- Times are UTC milliseconds. `pid` is the id on the wire (a ULID); `id` never leaves the database.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id             INTEGER PRIMARY KEY,
    pid            TEXT    NOT NULL UNIQUE,
    username       TEXT    NOT NULL,
    username_key   TEXT    NOT NULL UNIQUE, -- without regard to case
    display_name   TEXT    NOT NULL,
    avatar         TEXT,
    bot            INTEGER NOT NULL DEFAULT 0,
    role           TEXT    NOT NULL CHECK (role IN ('admin', 'member')),
    password_hash  TEXT,                    -- none for bots
    status         TEXT    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'away', 'dnd')),
    status_text    TEXT,
    status_emoji   TEXT,
    status_until   INTEGER,
    created_at     INTEGER NOT NULL,
    last_seen_at   INTEGER,
    deactivated_at INTEGER
) STRICT;

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY,
    pid          TEXT    NOT NULL UNIQUE,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    generation   INTEGER NOT NULL DEFAULT 0, -- of the refresh token that is valid now
    rotated_at   INTEGER NOT NULL,
    user_agent   TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE INDEX sessions_of_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_expiry ON sessions (expires_at) WHERE ended_at IS NULL;

CREATE TABLE bot_tokens (
    digest     BLOB    PRIMARY KEY, -- SHA-256 of the token
    user_id    INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Setup and password reset links.
CREATE TABLE one_time_tokens (
    digest     BLOB    PRIMARY KEY,
    purpose    TEXT    NOT NULL CHECK (purpose IN ('setup', 'reset')),
    user_id    INTEGER REFERENCES users (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invites (
    id         INTEGER PRIMARY KEY,
    pid        TEXT    NOT NULL UNIQUE,
    digest     BLOB    NOT NULL UNIQUE,
    created_by INTEGER NOT NULL REFERENCES users (id),
    rooms      TEXT    NOT NULL DEFAULT '[]', -- JSON array of rooms.pid
    uses       INTEGER NOT NULL DEFAULT 0,
    max_uses   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE rooms (
    id               INTEGER PRIMARY KEY,
    pid              TEXT    NOT NULL UNIQUE,
    kind             TEXT    NOT NULL CHECK (kind IN ('public', 'private', 'direct')),
    name             TEXT,
    name_key         TEXT,
    topic            TEXT,
    direct_key       TEXT    UNIQUE,            -- the sorted ids of a direct room's members
    member_count     INTEGER NOT NULL DEFAULT 0,
    last_seq         INTEGER NOT NULL DEFAULT 0,
    rev              INTEGER NOT NULL DEFAULT 0,
    counted          INTEGER NOT NULL DEFAULT 0, -- messages that count as unread to others
    created_by       INTEGER NOT NULL REFERENCES users (id),
    created_at       INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    deleted_at       INTEGER                     -- its rows are removed in the background
) STRICT;
CREATE INDEX rooms_by_creator ON rooms (created_by) WHERE deleted_at IS NULL;
CREATE INDEX public_rooms ON rooms (name_key, pid) WHERE kind = 'public' AND deleted_at IS NULL;

CREATE TABLE members (
    room_id      INTEGER NOT NULL REFERENCES rooms (id),
    user_id      INTEGER NOT NULL REFERENCES users (id),
    role         TEXT    NOT NULL CHECK (role IN ('owner', 'member')),
    muted        INTEGER NOT NULL DEFAULT 0,
    read_seq     INTEGER NOT NULL,
    read_counted INTEGER NOT NULL, -- unread = rooms.counted - read_counted
    joined_at    INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rooms_of_user ON members (user_id, room_id);

CREATE TABLE messages (
    id                INTEGER PRIMARY KEY, -- grows with time
    room_id           INTEGER NOT NULL REFERENCES rooms (id),
    seq               INTEGER NOT NULL,
    rev               INTEGER NOT NULL,
    ordinal           INTEGER NOT NULL,    -- rooms.counted when it was written
    counts            INTEGER NOT NULL,    -- 1 unless a system line or a thread reply
    kind              TEXT    NOT NULL CHECK (kind IN ('text', 'system')),
    user_id           INTEGER NOT NULL REFERENCES users (id),
    content           TEXT    NOT NULL,
    system            TEXT,                -- JSON of what a system message tells
    client_message_id TEXT,
    reply_to          INTEGER,             -- seq in the same room
    thread_root       INTEGER,             -- seq in the same room
    thread_replies    INTEGER NOT NULL DEFAULT 0,
    thread_last_seq   INTEGER,
    reacted           INTEGER NOT NULL DEFAULT 0,
    mentioning        INTEGER NOT NULL DEFAULT 0,
    pinned_at         INTEGER,
    created_at        INTEGER NOT NULL,
    edited_at         INTEGER,
    deleted_at        INTEGER,
    UNIQUE (room_id, seq)
) STRICT;
CREATE INDEX messages_by_rev ON messages (room_id, rev);
CREATE INDEX thread_replies ON messages (room_id, thread_root, seq) WHERE thread_root IS NOT NULL;
CREATE INDEX deleted_messages ON messages (room_id, seq) WHERE deleted_at IS NOT NULL AND counts = 1;
CREATE INDEX pinned_messages ON messages (room_id, pinned_at) WHERE pinned_at IS NOT NULL;

-- What a send answered, so that sending again answers the same.
CREATE TABLE idempotency (
    user_id           INTEGER NOT NULL,
    client_message_id TEXT    NOT NULL,
    room_id           INTEGER NOT NULL,
    seq               INTEGER NOT NULL,
    rev               INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE reactions (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    emoji      TEXT    NOT NULL,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
    user_id    INTEGER NOT NULL REFERENCES users (id),
    room_id    INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_of_message ON mentions (room_id, seq);

-- Devices that are connected, and those that were when they, or the server, went away: who returns soon is told what
-- it missed.
CREATE TABLE departures (
    user_id     TEXT    NOT NULL,
    client_id   TEXT    NOT NULL,
    departed_at INTEGER, -- none while it is connected
    PRIMARY KEY (user_id, client_id)
) STRICT, WITHOUT ROWID;
