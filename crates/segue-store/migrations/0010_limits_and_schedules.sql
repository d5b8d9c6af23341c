-- Imports that were about to be sent to an account, which is its lane's name: whoever delivers there next knows by them how much
-- of the provider's limits is used up. Kept for minutes. `is_single` is of imports of one contact, which have a limit of their own.
CREATE TABLE sent_import (
    lane      TEXT   NOT NULL,
    at_ms     BIGINT NOT NULL,
    is_single BIGINT NOT NULL
);
CREATE INDEX sent_import_by_lane ON sent_import (lane, at_ms);

-- Counts changes of exports, so that schedules are read only when one of them may be another one.
INSERT INTO turn (name, taken) VALUES ('exports', 0);
