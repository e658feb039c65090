-- What was found behind a link, each time that it was looked up: what messages show of it stays as it was.
CREATE TABLE link_pages (
    id          INTEGER PRIMARY KEY,
    url         TEXT    NOT NULL,
    title       TEXT,
    description TEXT,
    site_name   TEXT,
    image       TEXT    UNIQUE,                   -- under which its picture is given out, as files.pid
    content_id  INTEGER REFERENCES contents (id), -- of its picture
    is_empty    INTEGER NOT NULL,                 -- nothing came of it
    fresh_until INTEGER NOT NULL
) STRICT;
CREATE INDEX link_pages_by_url ON link_pages (url, id);
CREATE INDEX link_pages_of_content ON link_pages (content_id) WHERE content_id IS NOT NULL;

-- Pages that perhaps no message shows any more; they go when they are stale.
CREATE TABLE loose_link_pages (
    page_id INTEGER PRIMARY KEY REFERENCES link_pages (id) ON DELETE CASCADE
) STRICT;

-- The links of messages that are looked up, and what came of it. 'found' waits for the others of its message.
CREATE TABLE message_links (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    url        TEXT    NOT NULL,
    position   INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'found', 'shown', 'removed')),
    page_id    INTEGER REFERENCES link_pages (id),
    noted_at   INTEGER NOT NULL,
    PRIMARY KEY (message_id, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_links ON message_links (url, message_id) WHERE state = 'pending';
CREATE INDEX messages_of_link_page ON message_links (page_id) WHERE page_id IS NOT NULL;

ALTER TABLE messages ADD COLUMN previews INTEGER NOT NULL DEFAULT 0; -- it shows some
ALTER TABLE rooms ADD COLUMN previews INTEGER NOT NULL DEFAULT 1;    -- links in it are looked up
