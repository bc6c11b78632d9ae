ALTER TABLE video_item ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;
CREATE TABLE video_usage (
    author_id BIGINT PRIMARY KEY,
    videos BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    pending BIGINT NOT NULL
);
INSERT INTO video_usage (author_id, videos, bytes, pending)
    SELECT author_id, count(*), 0, sum(CASE WHEN state IN (0, 1) THEN 1 ELSE 0 END)
    FROM video_item GROUP BY author_id;
