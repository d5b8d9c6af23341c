-- Counts changes of segments' members and refreshes, so that all segments are read only when one of them may be another one.
INSERT INTO turn (name, taken) VALUES ('refreshes', 0);
