CREATE TABLE user_account (
    id BIGINT PRIMARY KEY,
    name VARCHAR(128) NOT NULL,
    password_hash VARCHAR(128) NOT NULL,
    session BIGINT NOT NULL DEFAULT 1,
    avatar VARCHAR(200) NOT NULL,
    background VARCHAR(200) NOT NULL,
    signature VARCHAR(400) NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_account_name ON user_account (name);
CREATE TABLE user_count (
    user_id BIGINT PRIMARY KEY,
    follow_count BIGINT NOT NULL DEFAULT 0,
    follower_count BIGINT NOT NULL DEFAULT 0,
    total_favorited BIGINT NOT NULL DEFAULT 0,
    work_count BIGINT NOT NULL DEFAULT 0,
    favorite_count BIGINT NOT NULL DEFAULT 0
);
