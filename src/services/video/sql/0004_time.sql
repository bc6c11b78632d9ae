INSERT INTO sequence_next (kind, next)
    SELECT 'video_time', coalesce(max(created_at), 0) FROM video_item;
