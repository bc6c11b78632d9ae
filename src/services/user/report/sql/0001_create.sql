CREATE TABLE report_item (
    reporter_id BIGINT NOT NULL,
    kind INT NOT NULL,
    target_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    state INT NOT NULL,
    reason VARCHAR(16) NOT NULL,
    text VARCHAR(2000) NOT NULL,
    PRIMARY KEY (reporter_id, kind, target_id)
) WITHOUT ROWID;
CREATE INDEX report_by_reporter ON report_item (reporter_id, created_at);
