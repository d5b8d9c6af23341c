-- What is to be done, is being done, and was done. A job belongs to a lane, and only the worker that holds the lane works in
-- it: an account of the provider is a lane, because its limits are the account's. `report` and `steps` are JSON.
CREATE TABLE job (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    person      TEXT,
    request_key TEXT   UNIQUE,
    status      TEXT   NOT NULL,
    words       TEXT   NOT NULL,
    worker      TEXT,
    is_unwanted BIGINT NOT NULL,
    due_ms      BIGINT NOT NULL,
    queued_ms   BIGINT NOT NULL,
    started_ms  BIGINT,
    ended_ms    BIGINT,
    report      TEXT,
    steps       TEXT   NOT NULL
);

-- One subject waits once and is worked on once.
CREATE UNIQUE INDEX job_queued ON job (kind, subject) WHERE status = 'queued';
CREATE UNIQUE INDEX job_under_way ON job (kind, subject) WHERE status IN ('running', 'waiting_for_limit');
CREATE INDEX job_by_time ON job (queued_ms, id);
CREATE INDEX job_by_subject ON job (kind, subject, queued_ms);

-- Which worker works in a lane, and until when it holds it without saying so again.
CREATE TABLE lane (
    name     TEXT   NOT NULL PRIMARY KEY,
    worker   TEXT   NOT NULL,
    until_ms BIGINT NOT NULL
);
