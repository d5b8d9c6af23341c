-- How many rows tables had when all of them were last looked at.
CREATE TABLE counted_rows (
    source_table TEXT   NOT NULL PRIMARY KEY,
    found        BIGINT NOT NULL,
    at_ms        BIGINT NOT NULL
);
