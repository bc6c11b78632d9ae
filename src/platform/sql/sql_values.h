/* What goes into statements and comes out of them; options and figures of a database. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQL_VALUES_H
#define SQL_VALUES_H

#include "err.h"

enum { SQL_BATCH_MAX = 1000 };

/* Plain values: whoever has them owns them. */
struct sql_options {
    bool durable;         /* a file: an acknowledged write survives a power cut; false in tests */
    size_t readers_max;   /* connections for reading, opened when first needed */
    size_t writers_max;   /* a server: connections for writing, likewise */
    size_t queue_max;     /* who may wait for the writer, or for a connection of a server */
    size_t batch_max;     /* a file: jobs that share a commit, at most SQL_BATCH_MAX */
    size_t log_max_pages; /* a file: the write-ahead log never grows far beyond this */
    size_t cache_kib;     /* a file: page cache of each connection */
    int64_t connect_ms;   /* a server: how long it may take to be reached, in whole seconds */
    int64_t lock_wait_ms; /* a server: how long a row may be another's, in whole seconds */
    int64_t silence_ms;   /* a server: without an answer for so long, a connection is lost */
    struct str replica;   /* a server: another place with the same tables, later; "": none */
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

/* Texts of one statement for 1, 8, 32, 128 and 512 ids: static const char *const texts[] = this. */
enum { SQL_IDS_MAX = 512 };
#define SQL_IDS(before, after)                                                                  \
    {                                                                                           \
        before "?" after, before "?" SQL_MORE_7 after, before "?" SQL_MORE_7 SQL_MORE_24 after, \
            before "?" SQL_MORE_7 SQL_MORE_24 SQL_MORE_96 after,                                \
            before "?" SQL_MORE_7 SQL_MORE_24 SQL_MORE_96 SQL_MORE_96 SQL_MORE_96 SQL_MORE_96   \
                SQL_MORE_96 after                                                               \
    }
#define SQL_MORE_7 ", ?, ?, ?, ?, ?, ?, ?"
#define SQL_MORE_24 SQL_MORE_7 SQL_MORE_7 SQL_MORE_7 ", ?, ?, ?"
#define SQL_MORE_96 SQL_MORE_24 SQL_MORE_24 SQL_MORE_24 SQL_MORE_24

struct sql_ids {
    const int64_t *at;
    size_t count;
};

/* Steps to the first row that has this number in the column; false: none has. */
bool sql_seek(struct sql_rows *rows, size_t column, int64_t number);

/* Steps to the next row; false after the last. Then read columns from 0. */
bool sql_next(struct sql_rows *rows);
int64_t sql_i64(const struct sql_rows *rows, size_t column);
struct str sql_str(const struct sql_rows *rows, size_t column);

/* All values of a column, rows->count of them, in the request's arena. */
int64_t *sql_i64_column(const struct sql_rows *rows, struct ctx *c, size_t column);

struct sql_stats {
    uint64_t commits, jobs, failed_jobs, refused, commit_ns, checkpoints, reads;
    size_t queued, log_pages, readers_open, readers_busy, writers_open, writers_busy;
    /* A server: who waited for a connection, and how long; transactions that ran again; connections
     * opened and lost; commits of which nobody knows; reads that the replica answered. */
    uint64_t waits, wait_ns, retries, connects, losses, unknown, stale_reads;
};

#endif
