ALTER TABLE video_item ADD COLUMN color CHAR(6);
