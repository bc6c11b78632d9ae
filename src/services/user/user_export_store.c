/* Copies that people asked for: rows in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_export_store.h"

#define ROW                                                                            \
    "SELECT job_id, state, asked_at, lifetime_ms, base_url, expires_at, bytes, reason" \
    " FROM user_export WHERE user_id = ?"

static struct user_export read_row(struct sql_rows *r, int64_t user)
{
    struct user_export row = {.user_id = user};

    if (sql_next(r))
        row = (struct user_export){
            user,          sql_i64(r, 0), (enum user_export_state)sql_i64(r, 1),
            sql_i64(r, 2), sql_i64(r, 3), sql_str(r, 4),
            sql_i64(r, 5), sql_i64(r, 6), sql_str(r, 7)};
    return row;
}

struct err *user_export_store_get(struct sql_tx *tx, struct ctx *c, int64_t user,
                                  struct user_export *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, ROW, sql_int(user)));
    *out = read_row(&r, user);
    return NULL;
}

struct err *user_export_store_lock(struct sql_tx *tx, struct ctx *c, int64_t user,
                                   struct user_export *out)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, ROW, sql_int(user)));
    *out = read_row(&r, user);
    return NULL;
}

struct err *user_export_store_put(struct sql_tx *tx, struct ctx *c, const struct user_export *row)
{
    return sql_put(tx, c, 1,
                   "INSERT INTO user_export (user_id, job_id, state, asked_at, lifetime_ms,"
                   " base_url, expires_at, bytes, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   sql_int(row->user_id), sql_int(row->job_id), sql_int(row->state),
                   sql_int(row->asked_at), sql_int(row->lifetime_ms), sql_text(row->base_url),
                   sql_int(row->expires_at), sql_int(row->bytes), sql_text(row->reason));
}
