CREATE TABLE user_export (
    user_id BIGINT PRIMARY KEY,
    job_id BIGINT NOT NULL,
    state INT NOT NULL,
    asked_at BIGINT NOT NULL,
    lifetime_ms BIGINT NOT NULL,
    base_url VARCHAR(400) NOT NULL,
    expires_at BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    reason VARCHAR(200) NOT NULL DEFAULT ''
);
