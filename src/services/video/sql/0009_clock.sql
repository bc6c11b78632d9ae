ALTER TABLE video_usage ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE video_item ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX video_by_change ON video_item (author_id, changed_at);
