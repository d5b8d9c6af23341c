-- A table of profiles or of what is related to them. `document` is JSON: columns, key, relationships, conditions, source.
CREATE TABLE source_table (
    name     TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL
);

-- A definition of who is in, and the snapshot of its members in force (a file name inside the state directory).
CREATE TABLE segment (
    name         TEXT   NOT NULL PRIMARY KEY,
    definition   TEXT   NOT NULL,
    is_static    BIGINT NOT NULL,
    is_active    BIGINT NOT NULL,
    snapshot     TEXT,
    refreshed_ms BIGINT,
    members      BIGINT
);

-- One refresh of a segment: how it ended and how many members it found. `words` is why it failed, without personal data.
CREATE TABLE refresh (
    segment  TEXT   NOT NULL,
    seq      BIGINT NOT NULL,
    at_ms    BIGINT NOT NULL,
    millis   BIGINT NOT NULL,
    members  BIGINT,
    words    TEXT   NOT NULL,
    PRIMARY KEY (segment, seq)
);
