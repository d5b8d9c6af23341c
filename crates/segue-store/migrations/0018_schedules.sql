-- Since when a schedule holds as it is: what was due before was not missed. Other changes of an export, and saving the same schedule
-- again, leave it as it was.
ALTER TABLE recipe ADD COLUMN scheduled_ms BIGINT NOT NULL DEFAULT 0;
UPDATE recipe SET scheduled_ms = updated_ms;
ALTER TABLE setting ADD COLUMN changed_ms BIGINT NOT NULL DEFAULT 0;
UPDATE setting SET changed_ms = updated_ms;

-- Counts the times that other members than before were put in force.
ALTER TABLE segment ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
-- Of an export that runs when its segments change: up to which change of each a run of it was queued or planned. None while it
-- does not run by such changes.
ALTER TABLE recipe_segment ADD COLUMN seen BIGINT;
UPDATE recipe_segment SET seen = 0 WHERE recipe_id IN (SELECT id FROM recipe
    WHERE document LIKE '%"schedule":"when_segments_change"%' AND is_enabled = 1 AND connection_id IS NOT NULL);
CREATE INDEX recipe_segment_by_seen ON recipe_segment (recipe_id) WHERE seen IS NOT NULL;
-- The count of refreshes when a run that was to follow a change was skipped: the next refresh starts another one.
ALTER TABLE recipe ADD COLUMN skipped_at BIGINT NOT NULL DEFAULT -1;

-- How many jobs a worker has in a lane.
CREATE INDEX job_under_way_by_lane ON job (lane) WHERE status IN ('running', 'waiting_for_limit');

-- The run whose refused contacts a job sends again, and nothing else. Jobs of one export that do something else wait side by side.
ALTER TABLE job ADD COLUMN retries TEXT;
DROP INDEX job_queued;
CREATE UNIQUE INDEX job_queued ON job (kind, subject, COALESCE(plan, ''), COALESCE(retries, '')) WHERE status = 'queued';

-- What people call their wishes: what was wished, and the job that it was answered with. `request_key` of a job is used no more.
CREATE TABLE request_key (
    name TEXT NOT NULL PRIMARY KEY,
    wish TEXT NOT NULL,
    job  TEXT NOT NULL
);
CREATE INDEX request_key_by_job ON request_key (job);
INSERT INTO request_key (name, wish, job)
    SELECT request_key, kind || ' ' || subject || ' ' || COALESCE(plan, '') || ' ', id FROM job WHERE request_key IS NOT NULL;
