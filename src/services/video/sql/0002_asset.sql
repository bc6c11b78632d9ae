CREATE INDEX video_by_asset ON video_item (asset);
