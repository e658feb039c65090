-- Rooms that a member keeps on top, in ascending order; none for all others.
ALTER TABLE members ADD COLUMN favourite INTEGER;
