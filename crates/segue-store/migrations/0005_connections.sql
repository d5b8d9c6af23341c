-- A link to one account of a provider. `folded_name` keeps two names apart that people would mix up. `api_key` is sealed, or
-- says where the key is. `document` is JSON: who may use it, who agreed to what, in whose name it runs. `tested` is JSON, too:
-- how the latest test ended. `version` counts changes; a test is none.
CREATE TABLE connection (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    folded_name TEXT   NOT NULL UNIQUE,
    host        TEXT   NOT NULL,
    api_key     TEXT   NOT NULL,
    document    TEXT   NOT NULL,
    tested      TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    created_ms  BIGINT NOT NULL,
    changed_ms  BIGINT NOT NULL
);

-- The one row says which master key seals secrets.
CREATE TABLE master_key (
    one    BIGINT NOT NULL PRIMARY KEY,
    key_id TEXT   NOT NULL
);
