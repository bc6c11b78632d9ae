/* The table of facts that are still to be applied elsewhere: a row for each destination. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox.h"

#include "sequence.h"

struct err *outbox_add(struct sql_tx *tx, struct ctx *c, struct str destination, struct fact *fact)
{
    if (fact->row.len > OUTBOX_ROW_MAX)
        return err_new(c, ERR_INTERNAL, "a fact of %zu bytes, at most %d", fact->row.len,
                       OUTBOX_ROW_MAX);
    if (!fact->id)
        TRY(sequence_next(tx, c, STR("fact"), &fact->id));
    return sql_exec(tx, c,
                    "INSERT INTO changes_outbox (destination, created_at, id, type, op, body)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    sql_text(destination), sql_int(fact->created_at), sql_int(fact->id),
                    sql_text(fact->type), sql_int(fact->op), sql_blob(fact->row));
}

struct err *outbox_read(struct sql_tx *tx, struct ctx *c, struct str destination,
                        const struct outbox_page *page, struct fact_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, created_at, type, op, body FROM changes_outbox"
                  " WHERE destination = ? AND created_at >= ?"
                  " AND (created_at > ? OR id > ?) AND created_at < ?"
                  " ORDER BY created_at, id LIMIT ?",
                  sql_text(destination), sql_int(page->after_time), sql_int(page->after_time),
                  sql_int(page->after_id), sql_int(page->before), sql_int(page->limit)));
    *out = (struct fact_list){arena_array(c->arena, struct fact, r.count), 0};
    while (sql_next(&r))
        out->at[out->count++] = (struct fact){
            .id = sql_i64(&r, 0),
            .created_at = sql_i64(&r, 1),
            .type = sql_str(&r, 2),
            .op = (int32_t)sql_i64(&r, 3),
            .row = sql_str(&r, 4),
        };
    return NULL;
}

struct err *outbox_remove(struct sql_tx *tx, struct ctx *c, struct str destination,
                          const struct fact *fact)
{
    return sql_exec(
        tx, c, "DELETE FROM changes_outbox WHERE destination = ? AND created_at = ? AND id = ?",
        sql_text(destination), sql_int(fact->created_at), sql_int(fact->id));
}

struct err *outbox_oldest(struct sql_tx *tx, struct ctx *c, struct str destination, int64_t *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT created_at FROM changes_outbox WHERE destination = ?"
                  " ORDER BY created_at, id LIMIT 1",
                  sql_text(destination)));
    *out = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

struct err *outbox_look(struct sql_tx *tx, struct ctx *c, struct str destination,
                        struct outbox_state *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT count(*) FROM (SELECT 1 FROM changes_outbox WHERE destination = ?"
                  " LIMIT ?) AS some",
                  sql_text(destination), sql_int(OUTBOX_COUNT_MAX)));
    int64_t count = sql_next(&r) ? sql_i64(&r, 0) : 0;

    TRY(outbox_oldest(tx, c, destination, &out->oldest));
    out->count = count;
    return NULL;
}
