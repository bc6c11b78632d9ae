CREATE TABLE video_seen (
    viewer_id BIGINT NOT NULL,
    video_id BIGINT NOT NULL,
    video_at BIGINT NOT NULL,
    watched_ms BIGINT NOT NULL,
    PRIMARY KEY (viewer_id, video_id)
);
CREATE INDEX video_seen_by_time ON video_seen (viewer_id, video_at, video_id);
CREATE TABLE video_unwanted (
    viewer_id BIGINT NOT NULL,
    video_id BIGINT NOT NULL,
    video_at BIGINT NOT NULL,
    PRIMARY KEY (viewer_id, video_id)
);
CREATE INDEX video_unwanted_by_time ON video_unwanted (viewer_id, video_at, video_id);
