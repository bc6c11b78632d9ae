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
