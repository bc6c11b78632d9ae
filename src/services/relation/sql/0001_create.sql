CREATE TABLE relation_edge (
    user_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, target_id)
) WITHOUT ROWID;
CREATE INDEX relation_by_time ON relation_edge (user_id, created_at, target_id);
CREATE INDEX relation_follower ON relation_edge (target_id, created_at, user_id);
