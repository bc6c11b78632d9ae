CREATE TABLE user_login (
    user_id BIGINT NOT NULL,
    login_id BIGINT NOT NULL,
    secret_hash VARCHAR(64) NOT NULL,
    version BIGINT NOT NULL,
    agent VARCHAR(800) NOT NULL,
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, login_id)
) WITHOUT ROWID;
