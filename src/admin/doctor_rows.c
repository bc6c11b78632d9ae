/* Checks of rows: read a span; when something is wrong and shall be right, do both in one write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor_parts.h"

enum { PAIRS_MAX = 4 };

struct span {
    struct doctor *d;
    const struct doctor_rows *rows;
    struct sql *db;
    int64_t from, below;
    struct sql_rows wrong; /* found last */
};

static struct err *run(struct sql_tx *tx, struct ctx *c, const char *text, size_t pairs,
                       const struct span *s, struct sql_rows *out)
{
    struct sql_arg args[2 * PAIRS_MAX];

    for (size_t i = 0; i < pairs; i++) {
        args[2 * i] = sql_int(s->from);
        args[2 * i + 1] = sql_int(s->below);
    }
    return sql_run(tx, c, out, NULL, text, (struct sql_args){args, 2 * pairs});
}

static bool can_fix(const struct span *s)
{
    return (s->rows->fix || s->rows->fix_row) && doctor_repairs(s->d);
}

static struct err *look(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct span *s = arg;

    return run(tx, c, s->rows->find, s->rows->find_pairs, s, &s->wrong);
}

/* Looked at again: what was wrong a moment ago may be right. */
static struct err *look_and_fix(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct span *s = arg;

    TRY(look(tx, c, s));
    for (struct sql_rows r = s->wrong; s->rows->fix_row && sql_next(&r);)
        TRY(s->rows->fix_row(s->d, c, &r));
    return s->rows->fix ? run(tx, c, s->rows->fix, s->rows->fix_pairs, s, NULL) : NULL;
}

/* When the transaction is over: a shared database may run it twice. */
static void tell(struct span *s, struct ctx *c)
{
    while (sql_next(&s->wrong)) {
        struct str text = s->rows->tell(c->arena, &s->wrong);

        if (can_fix(s))
            doctor_repaired(s->d, STR_FMT, STR_ARG(text));
        else
            doctor_found(s->d, STR_FMT, STR_ARG(text));
    }
}

static struct err *find_next(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct span *s = arg;
    const struct sql_arg below[] = {sql_int(s->below), sql_int(s->below)};
    struct sql_args marks = {below, s->rows->next_marks ? s->rows->next_marks : 1};
    struct sql_rows r;

    TRY(sql_run(tx, c, &r, NULL, s->rows->next, marks));
    s->from = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

/* The next span; arg is the span before it. Where no ids are, none is looked at. */
static struct err *check_span(void *arg, struct ctx *c, bool *more)
{
    struct span *s = arg;

    if (s->rows->next)
        TRY(sql_read(s->db, c, find_next, s));
    *more = s->rows->next && s->from;
    if (s->rows->next && !s->from)
        return NULL;
    s->below = s->from + s->rows->span;
    TRY(sql_read(s->db, c, look, s));
    if (s->wrong.count && can_fix(s))
        TRY(sql_write(s->db, c, look_and_fix, s));
    tell(s, c);
    return NULL;
}

struct err *doctor_rows_check(struct doctor *d, struct ctx *c, const struct doctor_rows *rows)
{
    struct span s = {.d = d, .rows = rows, .db = d->admin->db[rows->db]};

    return admin_pieces(c, check_span, &s);
}
