-- What was done by whom to govern and to secure the server. Ids are those on the wire, so that an entry outlives what it
-- names.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY,     -- grows with time
    at         INTEGER NOT NULL,
    by_kind    TEXT    NOT NULL CHECK (by_kind IN ('person', 'visitor', 'operator', 'server')),
    by_user    TEXT,                    -- users.pid, of a person
    address    TEXT,                    -- where known
    act        TEXT    NOT NULL,
    about_kind TEXT,
    about      TEXT,                    -- its pid
    about_name TEXT,                    -- as it was called; none for people, who may be erased
    detail     TEXT    NOT NULL         -- JSON, an object
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_act ON audit (act, id);
CREATE INDEX audit_by_person ON audit (by_user, id) WHERE by_user IS NOT NULL;
CREATE INDEX audit_about ON audit (about, id) WHERE about IS NOT NULL;

-- What is written stays as it is; only what is past its time is removed.
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
    SELECT raise(ABORT, 'entries of the audit log are not changed');
END;
