CREATE TABLE video_upload (
    author_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    length BIGINT NOT NULL,
    received BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    metadata VARCHAR(1024) NOT NULL,
    expires_at BIGINT NOT NULL,
    video_id BIGINT NOT NULL,
    PRIMARY KEY (author_id, id)
);
CREATE INDEX video_upload_by_id ON video_upload (id);
CREATE TABLE video_upload_part (
    author_id BIGINT NOT NULL,
    upload_id BIGINT NOT NULL,
    start BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    name CHAR(16) NOT NULL,
    PRIMARY KEY (author_id, upload_id, start)
);
