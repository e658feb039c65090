-- Roles on the server. The administrator who has been here longest owns it. A CHECK cannot be changed: the column is made
-- anew.
ALTER TABLE users ADD COLUMN server_role TEXT NOT NULL DEFAULT 'member'
    CHECK (server_role IN ('owner', 'admin', 'member', 'guest'));
UPDATE users SET server_role = role;
UPDATE users SET server_role = 'owner' WHERE id = (
    SELECT id FROM users WHERE role = 'admin' AND deactivated_at IS NULL ORDER BY id LIMIT 1);
ALTER TABLE users DROP COLUMN role;
ALTER TABLE users RENAME COLUMN server_role TO role;

ALTER TABLE users ADD COLUMN erased_at INTEGER; -- nothing is left of them but what they are the author of

-- What who registers with it becomes.
ALTER TABLE invites ADD COLUMN role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'guest'));

-- People who are being erased: what is left of their name elsewhere is removed in portions.
CREATE TABLE erasures (
    user_id         INTEGER PRIMARY KEY REFERENCES users (id),
    username_key    TEXT    NOT NULL,           -- as they were called
    display_name    TEXT    NOT NULL,
    delete_messages INTEGER NOT NULL,           -- theirs go, too
    after           INTEGER NOT NULL DEFAULT 0, -- messages.id: every message up to it is done
    up_to           INTEGER NOT NULL            -- the newest message when it was begun
) STRICT;
