-- From when to when the messages of each 1,024 keys were sent (src/storage/search/range.rs). Keys grow with time only as
-- long as nobody sets the clock back.
CREATE TABLE message_times (
    block    INTEGER PRIMARY KEY, -- messages.id >> 10
    earliest INTEGER NOT NULL,
    latest   INTEGER NOT NULL
) STRICT;
INSERT INTO message_times SELECT id >> 10, min(created_at), max(created_at) FROM messages GROUP BY id >> 10;
