-- Counts the changes of a task, so that an older state never takes the place of a newer one.
ALTER TABLE tasks ADD COLUMN rev INTEGER NOT NULL DEFAULT 1;

-- As lists are sorted: what is done behind the rest, the soonest due first, what is due at no time last.
DROP INDEX tasks_of_room;
DROP INDEX tasks_of_assignee;
CREATE INDEX tasks_of_room ON tasks (room_id, status = 'done', coalesce(due_at, 9223372036854775807), pid);
CREATE INDEX tasks_of_assignee ON tasks (assignee_id, status = 'done', coalesce(due_at, 9223372036854775807), pid)
    WHERE assignee_id IS NOT NULL;
