-- How long messages are kept, by room. NULL: as the whole server; 0: for ever.
ALTER TABLE rooms ADD COLUMN retention_days INTEGER;
-- The first message that is kept; those before it are tombstones that no page has.
ALTER TABLE rooms ADD COLUMN cleared_before INTEGER NOT NULL DEFAULT 1;

-- What administrators tell everybody, until it ends or is taken back.
CREATE TABLE announcements (
    id         INTEGER PRIMARY KEY,
    pid        TEXT    NOT NULL UNIQUE,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    level      TEXT    NOT NULL CHECK (level IN ('info', 'warning')),
    content    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER,
    ended_at   INTEGER
) STRICT;
CREATE INDEX standing_announcements ON announcements (id) WHERE ended_at IS NULL;

CREATE TABLE dismissed_announcements (
    user_id         INTEGER NOT NULL REFERENCES users (id),
    announcement_id INTEGER NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, announcement_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dismissals ON dismissed_announcements (announcement_id);
