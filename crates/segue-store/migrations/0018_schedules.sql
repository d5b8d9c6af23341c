-- Since when a schedule holds as it is: what was due before was not missed. Other changes of an export, and saving the same schedule
-- again, leave it as it was.
ALTER TABLE recipe ADD COLUMN scheduled_ms BIGINT NOT NULL DEFAULT 0;
UPDATE recipe SET scheduled_ms = updated_ms;
ALTER TABLE setting ADD COLUMN changed_ms BIGINT NOT NULL DEFAULT 0;
UPDATE setting SET changed_ms = updated_ms;
