-- What is to be done, is being done, and was done. A job belongs to a lane, and only the worker that holds the lane works in
-- it: an account of the provider is a lane, because its limits are the account's. `holds` is what a job needs to itself while it
-- is under way. `plan` is the job whose plan was approved, `parent` the one that has queued this one. `run_id` is the run whose
-- batches and rejections are its. `headway`, `product` and `steps` are JSON.
CREATE TABLE job (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    subject_name TEXT  NOT NULL,
    holds       TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    note        TEXT   NOT NULL,
    person      TEXT,
    person_name TEXT,
    parent      TEXT,
    plan        TEXT,
    request_key TEXT   UNIQUE,
    status      TEXT   NOT NULL,
    words       TEXT   NOT NULL,
    worker      TEXT,
    is_unwanted BIGINT NOT NULL,
    due_ms      BIGINT NOT NULL,
    queued_ms   BIGINT NOT NULL,
    started_ms  BIGINT,
    ended_ms    BIGINT,
    run_id      BIGINT,
    headway     TEXT,
    product     TEXT,
    steps       TEXT   NOT NULL
);

-- One subject waits once, and is worked on once.
CREATE UNIQUE INDEX job_queued ON job (kind, subject) WHERE status = 'queued';
CREATE UNIQUE INDEX job_under_way ON job (holds) WHERE status IN ('running', 'waiting_for_limit');
CREATE INDEX job_open ON job (due_ms) WHERE status IN ('queued', 'running', 'waiting_for_limit');
CREATE INDEX job_by_time ON job (queued_ms, id);
CREATE INDEX job_by_subject ON job (kind, subject, queued_ms);
CREATE INDEX job_by_parent ON job (parent, queued_ms);

-- Which worker works in a lane, and until when it holds it without saying so again. One that was left has no worker, and says
-- until when it was used.
CREATE TABLE lane (
    name     TEXT   NOT NULL PRIMARY KEY,
    worker   TEXT   NOT NULL,
    until_ms BIGINT NOT NULL
);

-- When a schedule has last decided to start something.
CREATE TABLE start (
    subject TEXT   NOT NULL PRIMARY KEY,
    at_ms   BIGINT NOT NULL
);

-- What is set for the whole installation. `document` is JSON.
CREATE TABLE setting (
    name       TEXT   NOT NULL PRIMARY KEY,
    document   TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    updated_by TEXT   NOT NULL,
    updated_ms BIGINT NOT NULL
);
