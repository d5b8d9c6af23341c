-- Attempts to sign in, and to prove who one is, by hashes of logins and of addresses, as long as they count.
CREATE TABLE attempt (
    hash     TEXT   NOT NULL PRIMARY KEY,
    first_ms BIGINT NOT NULL,
    made     BIGINT NOT NULL
);
