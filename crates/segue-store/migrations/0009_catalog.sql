-- Counts changes of tables and segments, all by one count: whoever changes one of them has seen every other as it is. The version
-- of each is the count at its last change, so that one that is made anew under an old name has another version.
CREATE TABLE catalog (
    one     BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO catalog (one, version) VALUES (1, 1);

ALTER TABLE source_table ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE segment ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- Members before the refresh in force.
ALTER TABLE segment ADD COLUMN members_before BIGINT;
