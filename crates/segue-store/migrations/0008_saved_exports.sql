-- Two names of exports that people would mix up are kept apart, and those who made and last changed one are known by name
-- whatever becomes of them. There was no way to save an export before.
ALTER TABLE recipe ADD COLUMN folded_name TEXT;
ALTER TABLE recipe ADD COLUMN created_name TEXT NOT NULL DEFAULT '';
ALTER TABLE recipe ADD COLUMN updated_name TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX recipe_by_name ON recipe (folded_name);
CREATE INDEX recipe_by_connection ON recipe (connection_id);

-- The segments of each export, which `document` lists in their order: no segment goes while an export uses it.
CREATE TABLE recipe_segment (
    recipe_id TEXT NOT NULL REFERENCES recipe (id),
    segment   TEXT NOT NULL REFERENCES segment (name) ON UPDATE CASCADE,
    PRIMARY KEY (recipe_id, segment)
);
CREATE INDEX recipe_segment_by_segment ON recipe_segment (segment);
