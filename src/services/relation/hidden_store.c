/* What people do not want to see: one row each, read whole, as it is bounded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "hidden_store.h"

#include "relation_store.h"

struct err *hidden_store_add(struct sql_tx *tx, struct ctx *c, const struct relation_wish *wish,
                             bool *changed)
{
    return sql_insert(tx, c, changed,
                      "INSERT INTO relation_hidden (user_id, kind, target_id, created_at)"
                      " VALUES (?, ?, ?, ?)",
                      sql_int(wish->user_id), sql_int(wish->kind), sql_int(wish->target_id),
                      sql_int(wish->created_at));
}

struct err *hidden_store_remove(struct sql_tx *tx, struct ctx *c, const struct relation_wish *wish,
                                bool *changed)
{
    int64_t count = 0;

    TRY(sql_exec_count(
        tx, c, &count,
        "DELETE FROM relation_hidden WHERE user_id = ? AND kind = ? AND target_id = ?",
        sql_int(wish->user_id), sql_int(wish->kind), sql_int(wish->target_id)));
    *changed = count > 0;
    return NULL;
}

struct err *hidden_store_count(struct sql_tx *tx, struct ctx *c, int64_t user,
                               enum relation_kind kind, int64_t *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT count(*) FROM relation_hidden WHERE user_id = ? AND kind = ?",
                  sql_int(user), sql_int(kind)));
    *out = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

struct err *hidden_store_beyond(struct sql_tx *tx, struct ctx *c, int64_t user,
                                enum relation_kind kind, int64_t keep, struct relation_wish *out)
{
    struct sql_rows r;

    *out = (struct relation_wish){.user_id = user, .kind = kind};
    TRY(sql_query(tx, c, &r,
                  "SELECT target_id, created_at FROM relation_hidden WHERE user_id = ?"
                  " AND kind = ? ORDER BY created_at DESC, target_id DESC LIMIT ?",
                  sql_int(user), sql_int(kind), sql_int(keep + 1)));
    if ((int64_t)r.count <= keep)
        return NULL;
    r.next = r.count;
    out->target_id = sql_i64(&r, 0);
    out->created_at = sql_i64(&r, 1);
    return NULL;
}

struct err *hidden_store_blocked(struct sql_tx *tx, struct ctx *c,
                                 const struct relation_list_req *req,
                                 struct relation_list_resp *out)
{
    return relation_store_list(
        tx, c,
        "SELECT target_id, created_at FROM relation_hidden WHERE user_id = ? AND kind = ?"
        " AND created_at <= ? AND (created_at < ? OR target_id < ?)"
        " ORDER BY created_at DESC, target_id DESC LIMIT ?",
        SQL_ARGS(sql_int(req->user_id), sql_int(RELATION_USER), sql_before(req->before_time),
                 sql_before(req->before_time), sql_int(req->before_id), sql_int(req->limit)),
        out);
}

/* Nobody blocks himself, so that of the four pairs this could find two alone are there. */
struct err *hidden_store_apart(struct sql_tx *tx, struct ctx *c, int64_t a, int64_t b, bool *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT user_id FROM relation_hidden WHERE user_id IN (?, ?) AND kind = ?"
                  " AND target_id IN (?, ?)",
                  sql_int(a), sql_int(b), sql_int(RELATION_USER), sql_int(a), sql_int(b)));
    *out = sql_next(&r);
    return NULL;
}

struct err *hidden_store_forget(struct sql_tx *tx, struct ctx *c, int64_t user)
{
    return sql_exec(tx, c, "DELETE FROM relation_hidden WHERE user_id = ?", sql_int(user));
}

struct i64_list hidden_store_take(struct ctx *c, struct sql_rows *rows, struct relation_hidden *out)
{
    struct i64_list of[RELATION_COMMENT + 1];

    for (size_t kind = 0; kind < COUNT(of); kind++)
        of[kind] = (struct i64_list){arena_array(c->arena, int64_t, rows->count), 0};
    while (sql_next(rows)) {
        struct i64_list *to = &of[sql_i64(rows, 0)]; /* kinds are written by this program alone */

        to->at[to->count++] = sql_i64(rows, 1);
    }
    *out = (struct relation_hidden){of[RELATION_USER], of[RELATION_VIDEO], of[RELATION_COMMENT]};
    return of[RELATION_NONE];
}

struct err *hidden_store_all(struct sql_tx *tx, struct ctx *c, int64_t user,
                             struct relation_hidden *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT kind, target_id FROM relation_hidden WHERE user_id = ?",
                  sql_int(user)));
    (void)hidden_store_take(c, &r, out);
    return NULL;
}
