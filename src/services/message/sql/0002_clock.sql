CREATE TABLE message_clock (
    user_id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);
INSERT INTO message_clock (user_id, at)
    SELECT user_id, max(last_at) FROM message_conversation GROUP BY user_id;
CREATE INDEX message_conversation_by_time ON message_conversation (user_id, last_at);
