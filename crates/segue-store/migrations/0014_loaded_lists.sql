-- Whether the members came from a list of keys, and not from the definition.
ALTER TABLE refresh ADD COLUMN is_loaded BIGINT NOT NULL DEFAULT 0;
