-- The unread threads of somebody in the order of their list: a page of them is read along this. With `unread` in it,
-- counting needs the index alone, and does not walk through every thread that somebody follows.
DROP INDEX unread_threads;
CREATE INDEX unread_threads ON thread_followers (user_id, activity, unread) WHERE unread > 0;
