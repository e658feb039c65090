-- What is reported to who administers the server is found without a look at every other report.
CREATE INDEX reports_to_server ON reports (to_server) WHERE to_server;

-- When the password was changed last: what browsers were known by before is void.
ALTER TABLE users ADD COLUMN password_changed_at INTEGER;
