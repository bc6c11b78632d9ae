CREATE TABLE video_item (
    id BIGINT PRIMARY KEY,
    author_id BIGINT NOT NULL,
    title VARCHAR(800) NOT NULL,
    created_at BIGINT NOT NULL,
    shown INT NOT NULL,
    state INT NOT NULL,
    progress INT NOT NULL DEFAULT 0,
    attempts INT NOT NULL DEFAULT 0,
    reason VARCHAR(32) NOT NULL DEFAULT '',
    message VARCHAR(256) NOT NULL DEFAULT '',
    asset CHAR(16) NOT NULL,
    generation INT NOT NULL,
    original VARCHAR(32) NOT NULL,
    play VARCHAR(200) NOT NULL,
    hls VARCHAR(200) NOT NULL,
    cover VARCHAR(200) NOT NULL,
    cover_webp VARCHAR(200) NOT NULL,
    width INT NOT NULL,
    height INT NOT NULL,
    duration_ms BIGINT NOT NULL
);
CREATE INDEX video_by_time ON video_item (shown, created_at, id);
CREATE INDEX video_by_author ON video_item (author_id, created_at, id, shown);
CREATE TABLE video_count (
    video_id BIGINT PRIMARY KEY,
    favorite_count BIGINT NOT NULL DEFAULT 0,
    comment_count BIGINT NOT NULL DEFAULT 0
);
