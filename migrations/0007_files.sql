-- What was uploaded, each content once, whatever it is called and whoever has it.
CREATE TABLE contents (
    id         INTEGER PRIMARY KEY,
    hash       BLOB    NOT NULL UNIQUE,           -- SHA-256 of what was uploaded
    size       INTEGER NOT NULL,                  -- of what is kept: an image is kept without its metadata
    type       TEXT    NOT NULL,                  -- by its first bytes
    kind       TEXT    NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'other')),
    width      INTEGER,                           -- of an image, as it is shown
    height     INTEGER,
    color      TEXT,                              -- its mean, as #rrggbb
    animated   INTEGER NOT NULL DEFAULT 0,
    thumbnails TEXT                               -- the type of its thumbnails
) STRICT;

CREATE TABLE files (
    id         INTEGER PRIMARY KEY,
    pid        TEXT    NOT NULL UNIQUE,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    name       TEXT    NOT NULL,
    size       INTEGER NOT NULL,                  -- as it was announced
    received   INTEGER NOT NULL DEFAULT 0,        -- bytes that are on the disk
    content_id INTEGER REFERENCES contents (id),  -- none until it is finished
    touched_at INTEGER NOT NULL,
    sent_at    INTEGER                            -- when it first stood in a message
) STRICT;
CREATE INDEX files_of_user ON files (user_id, size);
CREATE INDEX files_of_content ON files (content_id) WHERE content_id IS NOT NULL;
CREATE INDEX unfinished_files ON files (user_id) WHERE content_id IS NULL;
CREATE INDEX unsent_files ON files (touched_at) WHERE sent_at IS NULL;

CREATE INDEX users_by_avatar ON users (avatar) WHERE avatar IS NOT NULL; -- files.pid

CREATE TABLE message_files (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    position   INTEGER NOT NULL,
    file_id    INTEGER NOT NULL REFERENCES files (id),
    room_id    INTEGER NOT NULL,
    kind       TEXT    NOT NULL,                  -- of its content
    PRIMARY KEY (message_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX messages_of_file ON message_files (file_id);
CREATE INDEX files_of_room ON message_files (room_id, message_id, position);
CREATE INDEX files_of_room_by_kind ON message_files (room_id, kind, message_id, position);
ALTER TABLE messages ADD COLUMN files INTEGER NOT NULL DEFAULT 0; -- 1: it has files, 2: images among them

-- Files that were in messages which are gone: nobody may have them any more.
CREATE TABLE withdrawn_files (
    file_id INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE
) STRICT;
-- Contents that no file has any more, until what is kept of them is removed.
CREATE TABLE unused_contents (
    content_id INTEGER PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE
) STRICT;
