CREATE TABLE relation_hidden (
    user_id BIGINT NOT NULL,
    kind INT NOT NULL,
    target_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind, target_id)
) WITHOUT ROWID;
CREATE INDEX relation_hidden_by_time ON relation_hidden (user_id, kind, created_at, target_id);
