/* Pictures of accounts: paths that lead to an object. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "picture_rows.h"

enum { PAGE = 500, KINDS = 2 };

static void take(struct picture_page *page, int64_t user, struct str path)
{
    static const struct str objects = STR_INIT("media/");

    if (str_starts(path, STR("media/u/")))
        page->rows[page->count++] = (struct picture_row){user, str_from(path, objects.len)};
}

static struct err *read_page(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct picture_page *page = arg;
    struct sql_rows r;

    TRY(sql_query(
        tx, c, &r,
        "SELECT id, avatar, background FROM user_account WHERE id > ? ORDER BY id LIMIT ?",
        sql_int(page->last), sql_int(PAGE)));
    page->rows = arena_array(c->arena, struct picture_row, KINDS * r.count);
    page->count = 0;
    page->more = r.count == PAGE;
    while (sql_next(&r)) {
        page->last = sql_i64(&r, 0);
        take(page, page->last, sql_str(&r, 1));
        take(page, page->last, sql_str(&r, 2));
    }
    return NULL;
}

struct err *picture_rows_next(struct sql *db, struct ctx *c, struct picture_page *page)
{
    return sql_read(db, c, read_page, page);
}

struct question {
    const struct picture_row *row;
    bool shows;
};

static struct err *read_one(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct question *q = arg;
    struct str path = arena_str(c->arena, "media/" STR_FMT, STR_ARG(q->row->key));
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT avatar, background FROM user_account WHERE id = ?",
                  sql_int(q->row->user)));
    q->shows = sql_next(&r) && (str_eq(sql_str(&r, 0), path) || str_eq(sql_str(&r, 1), path));
    return NULL;
}

struct err *picture_rows_shows(struct sql *db, struct ctx *c, const struct picture_row *row,
                               bool *shows)
{
    struct question q = {.row = row};

    TRY(sql_read(db, c, read_one, &q));
    *shows = q.shows;
    return NULL;
}
