/* How far each kind has come is one row, held while a batch is put in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "search_fill.h"

enum { BATCH = 50 };

static const int64_t DONE = INT64_MAX;

struct fill_job {
    enum search_kind kind;
    search_source *source;
    bool more;
};

static struct err *hold_place(struct sql_tx *tx, struct ctx *c, enum search_kind kind, int64_t *out)
{
    struct sql_rows r;

    TRY(sql_hold(tx, c, "INSERT INTO search_fill (kind, reached) VALUES (?, 0)", sql_int(kind)));
    TRY(sql_lock(tx, c, &r, "SELECT reached FROM search_fill WHERE kind = ?", sql_int(kind)));
    *out = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

static struct err *put_batch(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct fill_job *job = arg;
    struct search_texts some;
    int64_t reached;

    TRY(hold_place(tx, c, job->kind, &reached));
    job->more = reached != DONE;
    if (!job->more)
        return NULL;
    TRY(job->source(tx, c, reached, BATCH, &some));
    for (size_t i = 0; i < some.count; i++)
        TRY(search_index_put(tx, c, job->kind, some.ids[i], some.texts[i]));
    job->more = some.count == BATCH;
    return sql_exec(tx, c, "UPDATE search_fill SET reached = ? WHERE kind = ?",
                    sql_int(job->more ? some.ids[some.count - 1] : DONE), sql_int(job->kind));
}

struct read_job {
    enum search_kind kind;
    int64_t reached;
};

static struct err *read_place(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct read_job *job = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT reached FROM search_fill WHERE kind = ?", sql_int(job->kind)));
    job->reached = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

/* Mostly it is long done: then nothing is written. */
struct err *search_fill(struct sql *db, struct ctx *c, enum search_kind kind, search_source *source,
                        bool *more)
{
    struct read_job place = {kind, 0};
    struct fill_job job = {kind, source, false};

    TRY(sql_read_one(db, c, read_place, &place));
    if (place.reached != DONE)
        TRY(sql_write(db, c, put_batch, &job));
    *more = job.more;
    return NULL;
}

struct search_texts search_fill_take(struct ctx *c, struct sql_rows *rows)
{
    struct search_texts out = {arena_array(c->arena, int64_t, rows->count),
                               arena_array(c->arena, struct str, rows->count), 0};

    while (sql_next(rows)) {
        out.ids[out.count] = sql_i64(rows, 0);
        out.texts[out.count++] = sql_str(rows, 1);
    }
    return out;
}
