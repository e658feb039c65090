-- Full-text search (docs/search.md). Each index is a table of its own, search_<id> (src/storage/search/tables.rs), so
-- that a new one can be built beside the one that serves.
CREATE TABLE search_indexes (
    id            INTEGER PRIMARY KEY,
    state         TEXT    NOT NULL CHECK (state IN ('building', 'serving', 'retired')),
    tokeniser     INTEGER NOT NULL, -- the version that its tokens are of
    indexed_up_to INTEGER NOT NULL, -- messages.id: every message up to it is in the index
    since         INTEGER NOT NULL  -- when it came into its state
) STRICT;

-- Messages that were changed or deleted since they were indexed.
CREATE TABLE search_changes (
    message_id INTEGER PRIMARY KEY
) STRICT;
