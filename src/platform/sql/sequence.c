/* Ids from a table with one row per kind. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sequence.h"

static const struct migration steps[] = {
    {"sequence", 1, "create",
     "CREATE TABLE sequence_next (kind VARCHAR(32) PRIMARY KEY, next BIGINT NOT NULL)"},
};
const struct migration_list sequence_migrations = {steps, COUNT(steps)};

struct err *sequence_next(struct sql_tx *tx, struct ctx *c, struct str kind, int64_t *out)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows,
                  "INSERT INTO sequence_next (kind, next) VALUES (?, 1)"
                  " ON CONFLICT (kind) DO UPDATE SET next = next + 1 RETURNING next",
                  sql_text(kind)));
    if (!sql_next(&rows))
        return err_new(c, ERR_INTERNAL, "no next " STR_FMT, STR_ARG(kind));
    *out = sql_i64(&rows, 0);
    return NULL;
}
