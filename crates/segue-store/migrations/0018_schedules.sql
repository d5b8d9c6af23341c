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

-- How many jobs a worker has in a lane.
CREATE INDEX job_under_way_by_lane ON job (lane) WHERE status IN ('running', 'waiting_for_limit');
