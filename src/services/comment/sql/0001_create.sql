CREATE TABLE comment_item (
    video_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    text VARCHAR(2000) NOT NULL,
    PRIMARY KEY (video_id, created_at, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX comment_by_id ON comment_item (video_id, id);
