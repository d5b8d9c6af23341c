-- One text for SQLite and Postgres: columns are TEXT, BIGINT or DOUBLE PRECISION only, times are milliseconds since 1970.

-- A recipe: where its contacts go, and the ledger snapshot in force (a file name inside the state directory).
CREATE TABLE export (
    id      TEXT   NOT NULL PRIMARY KEY,
    host    TEXT   NOT NULL,
    list_id BIGINT NOT NULL,
    name    TEXT   NOT NULL,
    ledger  TEXT,
    UNIQUE (host, list_id, name)
);

-- One execution of an export. `fingerprint` tells whether a later call means the same plan; `plan` and `report` are JSON.
CREATE TABLE run (
    id          BIGINT NOT NULL PRIMARY KEY,
    export_id   TEXT   NOT NULL REFERENCES export (id),
    state       TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    started_ms  BIGINT NOT NULL,
    finished_ms BIGINT,
    plan        TEXT,
    report      TEXT
);

CREATE INDEX run_by_export ON run (export_id, id);

-- One bulk import request. Packing is deterministic, so `part` and `seq` name the same rows in every process.
CREATE TABLE batch (
    run_id      BIGINT NOT NULL REFERENCES run (id),
    part        TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    first_row   BIGINT NOT NULL,
    row_count   BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    provider_id TEXT   NOT NULL,
    PRIMARY KEY (run_id, part, seq)
);

-- A planned contact that the provider turned down, or a leave with its outcome. Rows are numbers: no personal data.
CREATE TABLE verdict (
    run_id  BIGINT NOT NULL REFERENCES run (id),
    part    TEXT   NOT NULL,
    row_num BIGINT NOT NULL,
    verdict TEXT   NOT NULL,
    words   TEXT   NOT NULL,
    PRIMARY KEY (run_id, part, row_num)
);
