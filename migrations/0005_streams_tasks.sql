-- How far a message is that grows while it is written, as JSON (contract::MessageStream); none for all others.
ALTER TABLE messages ADD COLUMN stream TEXT;

-- Those that are being written: after a crash they are found and ended by this.
CREATE TABLE open_streams (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id)
) STRICT;

CREATE TABLE tasks (
    id          INTEGER PRIMARY KEY,
    pid         TEXT    NOT NULL UNIQUE,
    room_id     INTEGER NOT NULL REFERENCES rooms (id),
    title       TEXT    NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('open', 'doing', 'done')),
    assignee_id INTEGER REFERENCES users (id),
    due_at      INTEGER,
    message_seq INTEGER, -- of the message that it was made from, in the same room
    created_by  INTEGER NOT NULL REFERENCES users (id),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX tasks_of_room ON tasks (room_id);
CREATE INDEX tasks_of_assignee ON tasks (assignee_id) WHERE assignee_id IS NOT NULL;
