/* The inbox: decode, leave out what is known, let followers react, all in one transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "inbox.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "clock.h"

struct inbox {
    struct changes_api base; /* first */
    struct sql *db;          /* borrowed, as is the other */
    struct changes *changes;
    _Atomic uint64_t applied, repeated, refused;
};

/* A batch; what was understood of it, ordered by type. */
struct batch {
    struct inbox *self;
    const struct changes_apply_req *req;
    struct arrived *at;
    size_t count;
    size_t applied; /* by the transaction */
    int64_t now;
};
struct arrived {
    int64_t id;
    struct change change;
};

/* ---- before the transaction ---- */

static struct err *check(struct ctx *c, const struct changes_apply_req *req, int64_t now)
{
    if (!req->source.len || req->source.len > INBOX_SOURCE_MAX)
        return err_new(c, ERR_INVALID, "source: 1 to %d bytes", INBOX_SOURCE_MAX);
    if (req->facts.count > INBOX_FACTS_MAX)
        return err_new(c, ERR_INVALID, "%zu facts, at most %d", req->facts.count, INBOX_FACTS_MAX);
    if (req->read_at < now - INBOX_STALE_MS || req->read_at > now + INBOX_STALE_MS)
        return err_reason(c, ERR_ABORTED, "facts_stale",
                          "facts that were read at %" PRId64 ", now it is %" PRId64, req->read_at,
                          now);
    return NULL;
}

/* False: nobody here knows such a thing. */
static bool understand(struct inbox *self, struct ctx *c, const struct changes_fact *fact,
                       struct arrived *out)
{
    const struct codec_type *type = changes_followed(self->changes, fact->type);

    if (!type || fact->op < CHANGE_INSERT || fact->op > CHANGE_DELETE)
        return false;
    void *row = codec_new(c->arena, type);

    if (codec_decode(c, type, fact->row, row))
        return false;
    *out = (struct arrived){fact->id, {type, (enum change_op)fact->op, row}};
    return true;
}

/* By type; within one as they came. */
static int compare(const void *a, const void *b)
{
    const struct arrived *x = a, *y = b;
    int by_type = strcmp(x->change.type->name, y->change.type->name);

    return by_type ? by_type : (x->id > y->id) - (x->id < y->id);
}

static void sort_out(struct batch *b, struct ctx *c, struct i64_list *refused)
{
    size_t count = b->req->facts.count;

    b->at = arena_array(c->arena, struct arrived, count);
    refused->at = arena_array(c->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        const struct changes_fact *fact = &b->req->facts.at[i];

        if (understand(b->self, c, fact, &b->at[b->count]))
            b->count++;
        else
            refused->at[refused->count++] = fact->id;
    }
    if (b->count)
        qsort(b->at, b->count, sizeof(*b->at), compare);
}

/* ---- inside it ---- */

static struct err *remember(struct sql_tx *tx, struct ctx *c, const struct batch *b, int64_t id,
                            bool *fresh)
{
    return sql_insert(tx, c, fresh,
                      "INSERT INTO changes_applied (source, id, applied_at) VALUES (?, ?, ?)",
                      sql_text(b->req->source), sql_int(id), sql_int(b->now));
}

/* Those of one type, from `first` on, that are new here; *next is the first of another. */
static struct err *fresh_ones(struct sql_tx *tx, struct ctx *c, const struct batch *b, size_t first,
                              size_t *next, struct change_list *out)
{
    struct change *list = arena_array(c->arena, struct change, b->count - first);
    size_t count = 0, i = first;

    for (; i < b->count && b->at[i].change.type == b->at[first].change.type; i++) {
        bool fresh;

        TRY(remember(tx, c, b, b->at[i].id, &fresh));
        if (fresh)
            list[count++] = b->at[i].change;
    }
    *next = i;
    *out = (struct change_list){list, count};
    return NULL;
}

/* What a source has said so far. */
struct settled {
    int64_t before, told_at; /* the last word that is not acted on yet */
    int64_t forget;          /* applied before that: may be forgotten */
};

static struct err *read_settled(struct sql_tx *tx, struct ctx *c, const struct batch *b,
                                struct settled *out)
{
    struct sql_rows r;

    *out = (struct settled){0};
    TRY(sql_query(tx, c, &r,
                  "SELECT settled_before, told_at, forget_before FROM changes_source"
                  " WHERE source = ?",
                  sql_text(b->req->source)));
    if (sql_next(&r)) {
        *out = (struct settled){sql_i64(&r, 0), sql_i64(&r, 1), sql_i64(&r, 2)};
        return NULL;
    }
    return sql_insert_missing(
        tx, c,
        "INSERT INTO changes_source (source, settled_before, told_at, forget_before)"
        " VALUES (?, 0, 0, 0)",
        sql_text(b->req->source));
}

/* A bounded number: up to the time of the last of them, and those of the same batch with it. */
static struct err *forget_some(struct sql_tx *tx, struct ctx *c, const struct batch *b,
                               int64_t before)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT max(applied_at) FROM (SELECT applied_at FROM changes_applied"
                  " WHERE source = ? AND applied_at < ? ORDER BY applied_at LIMIT ?) AS some",
                  sql_text(b->req->source), sql_int(before), sql_int(INBOX_FORGET_MAX)));
    if (!sql_next(&r) || !sql_i64(&r, 0))
        return NULL;
    return sql_exec(tx, c, "DELETE FROM changes_applied WHERE source = ? AND applied_at <= ?",
                    sql_text(b->req->source), sql_int(sql_i64(&r, 0)));
}

/*
 * A fact is forgotten when its source has said, long ago, that it has nothing older left: so long
 * that nothing which was read before that can still be on its way.
 */
static struct err *forget(struct sql_tx *tx, struct ctx *c, const struct batch *b)
{
    struct settled s;

    if (!b->req->settled_before)
        return NULL;
    TRY(read_settled(tx, c, b, &s));
    TRY(forget_some(tx, c, b, s.forget));
    if (b->now - s.told_at < INBOX_REMEMBER_MS)
        return NULL;
    return sql_exec(tx, c,
                    "UPDATE changes_source SET forget_before = ?, settled_before = ?, told_at = ?"
                    " WHERE source = ?",
                    sql_int(s.before - INBOX_REMEMBER_MS), sql_int(b->req->settled_before),
                    sql_int(b->now), sql_text(b->req->source));
}

static struct err *apply_all(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct batch *b = arg;
    struct change_list list;

    b->applied = 0; /* it may run again */
    for (size_t i = 0; i < b->count;) {
        TRY(fresh_ones(tx, c, b, i, &i, &list));
        b->applied += list.count;
        if (list.count)
            TRY(changes_run(b->self->changes, tx, c, list));
    }
    return forget(tx, c, b);
}

static struct err *apply(struct changes_api *base, struct ctx *c,
                         const struct changes_apply_req *req, struct changes_apply_resp *resp)
{
    struct inbox *self = (struct inbox *)base;
    struct batch b = {.self = self, .req = req, .now = clock_wall_ms()};
    struct i64_list refused = {0};

    TRY(check(c, req, b.now));
    sort_out(&b, c, &refused);
    TRY(sql_write(self->db, c, apply_all, &b));
    atomic_fetch_add(&self->applied, b.applied);
    atomic_fetch_add(&self->repeated, b.count - b.applied);
    atomic_fetch_add(&self->refused, refused.count);
    resp->refused = refused;
    return NULL;
}

/* ---- life ---- */

static const struct changes_api_ops ops = {.apply = apply};

struct changes_api *inbox_create(struct sql *db, struct changes *changes)
{
    struct inbox *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct inbox){.base = {&ops}, .db = db, .changes = changes};
    return &self->base;
}

void inbox_destroy(struct changes_api *self)
{
    free(self);
}

struct inbox_stats inbox_stats(struct changes_api *self)
{
    struct inbox *inbox = (struct inbox *)self;

    return (struct inbox_stats){.applied = atomic_load(&inbox->applied),
                                .repeated = atomic_load(&inbox->repeated),
                                .refused = atomic_load(&inbox->refused)};
}
