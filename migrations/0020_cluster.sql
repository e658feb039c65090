-- What the servers of a cluster tell each other: the notices of each commit as JSON, in the order of the commits. The
-- numbers are dense: a transaction that is taken back takes its number back, too.
CREATE TABLE cluster_log (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    node    TEXT    NOT NULL, -- who committed it
    at      INTEGER NOT NULL,
    notices TEXT    NOT NULL
) STRICT;

-- What one server of a cluster does for all of them, and until when it is its own.
CREATE TABLE leases (
    name  TEXT    PRIMARY KEY,
    node  TEXT    NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The server that has a stream's text in memory; none where there is only one.
ALTER TABLE open_streams ADD COLUMN node TEXT;
