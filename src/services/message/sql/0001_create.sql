CREATE TABLE message_line (
    low_id BIGINT NOT NULL,
    high_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    id BIGINT NOT NULL,
    from_id BIGINT NOT NULL,
    content VARCHAR(8000) NOT NULL,
    PRIMARY KEY (low_id, high_id, created_at)
) WITHOUT ROWID;
CREATE TABLE message_conversation (
    user_id BIGINT NOT NULL,
    peer_id BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    last_from BIGINT NOT NULL,
    last_content VARCHAR(8000) NOT NULL,
    received_at BIGINT NOT NULL DEFAULT 0,
    delivered_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, peer_id)
) WITHOUT ROWID;
