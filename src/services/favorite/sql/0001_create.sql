CREATE TABLE favorite_mark (
    user_id BIGINT NOT NULL,
    video_id BIGINT NOT NULL,
    author_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, video_id)
) WITHOUT ROWID;
