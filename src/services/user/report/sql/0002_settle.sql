CREATE INDEX report_by_id ON report_item (id);
CREATE INDEX report_by_time ON report_item (created_at, id);
CREATE INDEX report_by_state ON report_item (state, created_at, id);
CREATE INDEX report_by_target ON report_item (kind, target_id);
CREATE TABLE report_act (
    report_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    act INT NOT NULL,
    kind INT NOT NULL,
    target_id BIGINT NOT NULL,
    note VARCHAR(800) NOT NULL,
    by_whom VARCHAR(256) NOT NULL,
    PRIMARY KEY (report_id, id)
) WITHOUT ROWID;
