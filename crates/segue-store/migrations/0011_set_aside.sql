-- How many rows a refresh could not use.
ALTER TABLE refresh ADD COLUMN set_aside BIGINT NOT NULL DEFAULT 0;
