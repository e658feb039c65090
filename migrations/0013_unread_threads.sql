-- The unread threads of somebody in the order of their list: a page of them is read along this.
DROP INDEX unread_threads;
CREATE INDEX unread_threads ON thread_followers (user_id, activity) WHERE unread > 0;
