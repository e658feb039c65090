-- What whoever recorded a voice message says of it, so that it is seen before it is loaded; none of other files.
ALTER TABLE files ADD COLUMN voice_ms INTEGER;    -- how long it is
ALTER TABLE files ADD COLUMN voice_peaks TEXT;    -- how loud each of 64 equal parts is: a byte each, in base64
