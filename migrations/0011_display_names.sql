-- Whom `@Jane Doe` means is found by the name that is shown.
CREATE INDEX users_by_display_name ON users (display_name);
