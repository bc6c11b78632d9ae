/* Names that were chosen before they could be searched. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "search_fill.h"
#include "user.h"

static struct err *names(struct sql_tx *tx, struct ctx *c, int64_t after, int64_t limit,
                         struct search_texts *out)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, "SELECT id, name FROM user_account WHERE id > ? ORDER BY id LIMIT ?",
                 sql_int(after), sql_int(limit)));
    *out = search_fill_take(c, &r);
    return NULL;
}

struct err *user_fill_search(struct sql *db, struct ctx *c, bool *more)
{
    return search_fill(db, c, SEARCH_USERS, names, more);
}
