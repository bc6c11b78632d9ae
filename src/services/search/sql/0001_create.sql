CREATE TABLE search_text (
    id BIGINT NOT NULL,
    kind INT NOT NULL,
    text VARCHAR(800) NOT NULL,
    PRIMARY KEY (id, kind)
) WITHOUT ROWID;
CREATE TABLE search_pair (
    pair BIGINT NOT NULL,
    kind INT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (pair, kind, id)
) WITHOUT ROWID;
