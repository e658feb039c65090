CREATE TABLE reminders (
    id          INTEGER PRIMARY KEY,
    pid         TEXT    NOT NULL UNIQUE,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    text        TEXT    NOT NULL,
    due_at      INTEGER NOT NULL,
    room_id     INTEGER, -- where it leads to; the room may be gone by then
    message_seq INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX reminders_by_time ON reminders (due_at);
CREATE INDEX reminders_of_user ON reminders (user_id, due_at);
