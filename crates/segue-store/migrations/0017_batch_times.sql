-- When the provider took a batch first, and when the fate of each of its rows was known; nothing of those that are older.
ALTER TABLE batch ADD COLUMN sent_ms BIGINT;
ALTER TABLE batch ADD COLUMN confirmed_ms BIGINT;
-- How many of its rows were refused, once the run has settled: then its verdicts are gone.
ALTER TABLE batch ADD COLUMN refused BIGINT;
