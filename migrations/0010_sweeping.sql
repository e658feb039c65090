-- Rooms' keys were used again after the newest room was removed: what still refers to a room that is gone, or that is
-- younger than itself, means another one. From here on a key is used once (storage/rooms.rs).
DELETE FROM idempotency WHERE NOT EXISTS (
    SELECT 1 FROM rooms r WHERE r.id = idempotency.room_id AND r.created_at <= idempotency.created_at);
UPDATE reminders SET room_id = NULL, message_seq = NULL WHERE room_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM rooms r WHERE r.id = reminders.room_id AND r.created_at <= reminders.created_at);

-- What is past its time is found by these, not by reading the tables through.
DROP INDEX sessions_by_expiry;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX deleted_rooms ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;

-- Who took part in a thread is found by the index alone.
CREATE INDEX thread_authors ON messages (room_id, thread_root, user_id, seq, deleted_at)
    WHERE thread_root IS NOT NULL AND deleted_at IS NULL;
