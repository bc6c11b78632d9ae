/* Reports: rows in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "report_store.h"

struct err *report_store_add(struct sql_tx *tx, struct ctx *c, const struct report_item *item,
                             bool *changed)
{
    return sql_insert(tx, c, changed,
                      "INSERT INTO report_item (reporter_id, kind, target_id, id, created_at,"
                      " state, reason, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      sql_int(item->reporter_id), sql_int(item->kind), sql_int(item->target_id),
                      sql_int(item->id), sql_int(item->created_at), sql_int(item->state),
                      sql_text(item->reason), sql_text(item->text));
}

struct err *report_store_count_since(struct sql_tx *tx, struct ctx *c, int64_t reporter,
                                     int64_t since, int64_t *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT count(*) FROM report_item WHERE reporter_id = ? AND created_at > ?",
                  sql_int(reporter), sql_int(since)));
    *out = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

#define ITEM \
    "SELECT id, reporter_id, kind, target_id, reason, text, created_at, state FROM report_item"

static struct report_item read_item(const struct sql_rows *r)
{
    return (struct report_item){
        .id = sql_i64(r, 0),
        .reporter_id = sql_i64(r, 1),
        .kind = (enum report_kind)sql_i64(r, 2),
        .target_id = sql_i64(r, 3),
        .reason = sql_str(r, 4),
        .text = sql_str(r, 5),
        .created_at = sql_i64(r, 6),
        .state = (enum report_state)sql_i64(r, 7),
    };
}

struct err *report_store_list(struct sql_tx *tx, struct ctx *c, const struct report_list_req *req,
                              struct report_item_list *out)
{
    struct sql_rows r;

    if (req->all)
        TRY(sql_query(tx, c, &r,
                      ITEM " WHERE created_at <= ? ORDER BY created_at DESC, id DESC LIMIT ?",
                      sql_before(0), sql_int(req->limit)));
    else
        TRY(sql_query(tx, c, &r, ITEM " WHERE state = 0 ORDER BY created_at DESC, id DESC LIMIT ?",
                      sql_int(req->limit)));
    *out = (struct report_item_list){arena_array(c->arena, struct report_item, r.count), 0};
    while (sql_next(&r))
        out->at[out->count++] = read_item(&r);
    return NULL;
}

struct err *report_store_get(struct sql_tx *tx, struct ctx *c, int64_t id, struct report_item *out,
                             bool *found)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, ITEM " WHERE id = ?", sql_int(id)));
    *found = sql_next(&r);
    if (*found)
        *out = read_item(&r);
    return NULL;
}

struct err *report_store_count_of(struct sql_tx *tx, struct ctx *c, enum report_kind kind,
                                  int64_t target, int64_t *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT count(*) FROM report_item WHERE kind = ? AND target_id = ?",
                  sql_int(kind), sql_int(target)));
    *out = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

struct err *report_store_set_state(struct sql_tx *tx, struct ctx *c, const struct report_item *of,
                                   enum report_state state)
{
    return sql_exec(tx, c, "UPDATE report_item SET state = ? WHERE kind = ? AND target_id = ?",
                    sql_int(state), sql_int(of->kind), sql_int(of->target_id));
}

struct err *report_store_add_act(struct sql_tx *tx, struct ctx *c, const struct report_act *act)
{
    return sql_exec(tx, c,
                    "INSERT INTO report_act (report_id, id, at, act, kind, target_id, note,"
                    " by_whom) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    sql_int(act->report_id), sql_int(act->id), sql_int(act->at), sql_int(act->deed),
                    sql_int(act->kind), sql_int(act->target_id), sql_text(act->note),
                    sql_text(act->by));
}

struct err *report_store_acts(struct sql_tx *tx, struct ctx *c, int64_t report, int64_t limit,
                              struct report_act_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, at, act, kind, target_id, note, by_whom FROM report_act"
                  " WHERE report_id = ? ORDER BY id DESC LIMIT ?",
                  sql_int(report), sql_int(limit)));
    *out = (struct report_act_list){arena_array(c->arena, struct report_act, r.count), 0};
    while (sql_next(&r))
        out->at[out->count++] = (struct report_act){
            .id = sql_i64(&r, 0),
            .report_id = report,
            .at = sql_i64(&r, 1),
            .deed = (enum report_deed)sql_i64(&r, 2),
            .kind = (enum report_kind)sql_i64(&r, 3),
            .target_id = sql_i64(&r, 4),
            .note = sql_str(&r, 5),
            .by = sql_str(&r, 6),
        };
    return NULL;
}

struct err *report_store_forget(struct sql_tx *tx, struct ctx *c, int64_t user)
{
    return sql_exec(tx, c, "DELETE FROM report_item WHERE reporter_id = ?", sql_int(user));
}

struct err *report_store_forget_of(struct sql_tx *tx, struct ctx *c, int64_t user)
{
    return sql_exec(tx, c, "DELETE FROM report_item WHERE kind = ? AND target_id = ?",
                    sql_int(REPORT_OF_USER), sql_int(user));
}

struct err *report_store_list_by(struct sql_tx *tx, struct ctx *c,
                                 const struct report_list_by_req *req, struct report_item_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  ITEM " WHERE reporter_id = ? AND created_at < ? ORDER BY created_at DESC LIMIT ?",
                  sql_int(req->reporter_id), sql_before(req->before_time), sql_int(req->limit)));
    *out = (struct report_item_list){arena_array(c->arena, struct report_item, r.count), 0};
    while (sql_next(&r))
        out->at[out->count++] = read_item(&r);
    return NULL;
}
