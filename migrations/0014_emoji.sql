-- The team's own emoji. Who added one has its file.
CREATE TABLE emoji (
    file_id INTEGER PRIMARY KEY REFERENCES files (id),
    name    TEXT NOT NULL UNIQUE                  -- as it is written between colons
) STRICT;
