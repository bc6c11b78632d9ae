/* SQLite looks at its own pages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "integrity.h"

static struct err *look(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows r;

    (void)arg;
    TRY(sql_query(tx, c, &r, "PRAGMA quick_check(1)"));
    if (!sql_next(&r) || str_eq(sql_str(&r, 0), STR("ok")))
        return NULL;
    return err_new(c, ERR_INVALID, "the database is damaged: " STR_FMT, STR_ARG(sql_str(&r, 0)));
}

struct err *integrity_quick(struct sql *db, struct ctx *c)
{
    return sql_read(db, c, look, NULL);
}
