CREATE TABLE search_fill (
    kind INT PRIMARY KEY,
    reached BIGINT NOT NULL
);
