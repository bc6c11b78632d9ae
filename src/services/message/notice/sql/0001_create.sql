CREATE TABLE notice_group (
    user_id BIGINT NOT NULL,
    kind INT NOT NULL,
    subject_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    since BIGINT NOT NULL,
    is_read INT NOT NULL,
    count BIGINT NOT NULL,
    actor_1 BIGINT NOT NULL,
    actor_2 BIGINT NOT NULL,
    actor_3 BIGINT NOT NULL,
    comment_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind, subject_id)
) WITHOUT ROWID;
CREATE INDEX notice_by_time ON notice_group (user_id, at, id);
CREATE INDEX notice_unread ON notice_group (user_id, is_read, at);
CREATE INDEX notice_subject ON notice_group (user_id, subject_id);
