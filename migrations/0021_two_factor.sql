-- A second factor: codes that an app makes of a secret every 30 seconds (RFC 6238).
CREATE TABLE two_factor (
    user_id   INTEGER PRIMARY KEY REFERENCES users (id),
    secret    BLOB    NOT NULL, -- encrypted with a key that is derived from the signing key
    last_step INTEGER NOT NULL, -- of the last code that let in; this one and those before it are good for nothing more
    since     INTEGER NOT NULL
) STRICT;

-- What lets in once where there is no app at hand.
CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES two_factor (user_id) ON DELETE CASCADE,
    digest  BLOB    NOT NULL, -- SHA-256 of the code, which is random
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;

-- Beside setup and password reset links: logins whose password was right. A CHECK cannot be changed: the table is made
-- anew.
CREATE TABLE tokens_of_one_use (
    digest     BLOB    PRIMARY KEY,
    purpose    TEXT    NOT NULL CHECK (purpose IN ('setup', 'reset', 'login')),
    user_id    INTEGER REFERENCES users (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens_of_one_use SELECT digest, purpose, user_id, expires_at FROM one_time_tokens;
DROP TABLE one_time_tokens;
ALTER TABLE tokens_of_one_use RENAME TO one_time_tokens;
