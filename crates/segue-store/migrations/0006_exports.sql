-- What somebody wants to have exported, as it is saved: `document` is JSON. Without a connection it is detached and does not
-- run.
CREATE TABLE recipe (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, connection_id TEXT REFERENCES connection (id), document TEXT NOT NULL, is_enabled BIGINT NOT NULL, version BIGINT NOT NULL, created_by TEXT NOT NULL, created_ms BIGINT NOT NULL, updated_by TEXT NOT NULL, updated_ms BIGINT NOT NULL);
