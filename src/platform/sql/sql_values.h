/* What goes into statements and comes out of them; options and figures of a database. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQL_VALUES_H
#define SQL_VALUES_H

#include "err.h"

enum { SQL_BATCH_MAX = 1000 };

/* Plain values: whoever has them owns them. */
struct sql_options {
    bool durable;         /* an acknowledged write survives a power cut; false only in tests */
    size_t readers_max;   /* connections for reading, opened when first needed */
    size_t queue_max;     /* jobs that may wait for the writer */
    size_t batch_max;     /* jobs that share a commit, at most SQL_BATCH_MAX */
    size_t log_max_pages; /* the write-ahead log never grows far beyond this */
    size_t cache_kib;     /* page cache of each connection */
};
extern const struct sql_options sql_defaults;

struct sql_arg {
    enum { SQL_NULL, SQL_INT, SQL_TEXT, SQL_BLOB } type;
    int64_t i;
    struct str s;
};

static inline struct sql_arg sql_int(int64_t i)
{
    return (struct sql_arg){.type = SQL_INT, .i = i};
}

/* The time that a list goes on before; 0 is none, so it begins with the newest. */
static inline struct sql_arg sql_before(int64_t time)
{
    return sql_int(time ? time : INT64_MAX);
}

static inline struct sql_arg sql_text(struct str s)
{
    return (struct sql_arg){.type = SQL_TEXT, .s = s};
}

static inline struct sql_arg sql_blob(struct str s)
{
    return (struct sql_arg){.type = SQL_BLOB, .s = s};
}

/* A result, already copied into c->arena: nothing to close, valid until the request ends. */
struct sql_rows {
    const struct sql_arg *cells;
    size_t count, columns, next;
};

struct sql_args {
    const struct sql_arg *at;
    size_t count;
};

#define SQL_LIST(...) ((const struct sql_arg[]){{.type = SQL_NULL}, ##__VA_ARGS__})
#define SQL_ARGS(...)                             \
    ((struct sql_args){SQL_LIST(__VA_ARGS__) + 1, \
                       sizeof(SQL_LIST(__VA_ARGS__)) / sizeof(struct sql_arg) - 1})

/* Steps to the next row; false after the last. Then read columns from 0. */
bool sql_next(struct sql_rows *rows);
int64_t sql_i64(const struct sql_rows *rows, size_t column);
struct str sql_str(const struct sql_rows *rows, size_t column);

/* All values of a column, rows->count of them, in the request's arena. */
int64_t *sql_i64_column(const struct sql_rows *rows, struct ctx *c, size_t column);

struct sql_stats {
    uint64_t commits, jobs, failed_jobs, refused, commit_ns, checkpoints, reads;
    size_t queued, log_pages, readers_open, readers_busy;
};
#endif
