-- What a segment is for, in somebody's words.
ALTER TABLE segment ADD COLUMN description TEXT NOT NULL DEFAULT '';
