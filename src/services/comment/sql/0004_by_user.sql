CREATE INDEX comment_by_user ON comment_item (user_id, created_at, id);
