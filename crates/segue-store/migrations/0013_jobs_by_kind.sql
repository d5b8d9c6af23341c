-- Jobs of a kind, and those on one subject, are listed by their time, however many others there are.
CREATE INDEX job_by_kind ON job (kind, queued_ms, id);
DROP INDEX job_by_subject;
CREATE INDEX job_by_subject ON job (kind, subject, queued_ms, id);
