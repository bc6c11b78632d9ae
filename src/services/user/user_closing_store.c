/* Closed accounts: rows in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_closing_store.h"

struct err *user_closing_store_lock(struct sql_tx *tx, struct ctx *c, int64_t id,
                                    struct user_closing *out)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r,
                 "SELECT closed_until, session, avatar, background FROM user_account WHERE id = ?",
                 sql_int(id)));
    *out = (struct user_closing){0};
    if (sql_next(&r))
        *out =
            (struct user_closing){sql_i64(&r, 0), sql_i64(&r, 1), sql_str(&r, 2), sql_str(&r, 3)};
    return NULL;
}

struct err *user_closing_store_set(struct sql_tx *tx, struct ctx *c, int64_t id, int64_t until,
                                   int64_t session)
{
    return sql_exec(tx, c, "UPDATE user_account SET closed_until = ?, session = ? WHERE id = ?",
                    sql_int(until), sql_int(session), sql_int(id));
}

struct err *user_closing_store_erase(struct sql_tx *tx, struct ctx *c, int64_t id)
{
    TRY(sql_exec(tx, c, "DELETE FROM user_login WHERE user_id = ?", sql_int(id)));
    TRY(sql_exec(tx, c, "DELETE FROM user_export WHERE user_id = ?", sql_int(id)));
    TRY(sql_exec(tx, c, "DELETE FROM user_count WHERE user_id = ?", sql_int(id)));
    return sql_exec(tx, c, "DELETE FROM user_account WHERE id = ?", sql_int(id));
}
