CREATE INDEX comment_find ON comment_item (id);
