-- An erasure of a person: when, by whom, from which table, and what it has taken out, `receipt` being JSON of numbers and of names
-- of exports and lists; none until it is complete. `key_id` tells which key the hashes are made with, which stands in the state
-- directory. Until `until_ms` workers begin nothing, so that no file is read that is being written anew.
CREATE TABLE erasure (
    id          TEXT   NOT NULL PRIMARY KEY,
    at_ms       BIGINT NOT NULL,
    person      TEXT,
    person_name TEXT   NOT NULL,
    table_name  TEXT   NOT NULL,
    key_id      TEXT   NOT NULL,
    until_ms    BIGINT NOT NULL,
    receipt     TEXT
);

CREATE INDEX erasure_by_time ON erasure (at_ms, id);

-- What a run's number leads back to.
CREATE INDEX job_by_run ON job (run_id);

-- Keyed hashes of profiles and addresses that must not be exported. No personal data.
CREATE TABLE forgotten (
    hash    TEXT NOT NULL PRIMARY KEY,
    erasure TEXT NOT NULL REFERENCES erasure (id)
);
