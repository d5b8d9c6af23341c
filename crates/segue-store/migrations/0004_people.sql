-- A person who may sign in. `login` is folded to lower case. `password` is an argon2id hash in PHC form; none until it is
-- set through a link. `version` counts changes.
CREATE TABLE person (
    id         TEXT   NOT NULL PRIMARY KEY,
    login      TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    is_enabled BIGINT NOT NULL,
    password   TEXT,
    version    BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);

-- Somebody signed in. The secret itself is not stored, only its SHA-256.
CREATE TABLE session (
    id         TEXT   NOT NULL PRIMARY KEY,
    hash       TEXT   NOT NULL UNIQUE,
    person_id  TEXT   NOT NULL REFERENCES person (id),
    created_ms BIGINT NOT NULL,
    seen_ms    BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

CREATE INDEX session_by_person ON session (person_id);

-- A key for programs. `prefix` is the beginning of the secret, by which people tell keys apart; of the whole only the SHA-256.
CREATE TABLE token (
    id         TEXT   NOT NULL PRIMARY KEY,
    hash       TEXT   NOT NULL UNIQUE,
    person_id  TEXT   NOT NULL REFERENCES person (id),
    name       TEXT   NOT NULL,
    prefix     TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms    BIGINT
);

CREATE INDEX token_by_person ON token (person_id);

-- A link that works once: without a person it makes the first administrator, with one it sets that person's password.
CREATE TABLE link (
    hash       TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   REFERENCES person (id),
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

-- Who did what to which object, from where. Never changed, never removed. Of the person who did it both id and login are
-- kept, since people are removed. `before` and `after` are JSON without secrets.
CREATE TABLE audit (
    id          TEXT   NOT NULL PRIMARY KEY,
    at_ms       BIGINT NOT NULL,
    who         TEXT,
    login       TEXT   NOT NULL,
    peer        TEXT   NOT NULL,
    request     TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    object_kind TEXT   NOT NULL,
    object_id   TEXT   NOT NULL,
    object_name TEXT   NOT NULL,
    before      TEXT,
    after       TEXT
);

CREATE INDEX audit_by_time ON audit (at_ms, id);
CREATE INDEX audit_by_object ON audit (object_kind, object_id, at_ms);

-- Rows that transactions lock, by an UPDATE, before they check what concerns many rows.
CREATE TABLE turn (
    name  TEXT   NOT NULL PRIMARY KEY,
    taken BIGINT NOT NULL
);

INSERT INTO turn (name, taken) VALUES ('administrators', 0);
