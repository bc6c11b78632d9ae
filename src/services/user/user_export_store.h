/* The table of copies that people asked for: the last one of each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_EXPORT_STORE_H
#define USER_EXPORT_STORE_H

#include "sql.h"
#include "user_api.h"

/* out->job_id is 0 when none was asked for. */
MUST_USE struct err *user_export_store_get(struct sql_tx *tx, struct ctx *c, int64_t user,
                                           struct user_export *out);
/* The same, and it stays so until the transaction ends. */
MUST_USE struct err *user_export_store_lock(struct sql_tx *tx, struct ctx *c, int64_t user,
                                            struct user_export *out);

/* In place of the one before. */
MUST_USE struct err *user_export_store_put(struct sql_tx *tx, struct ctx *c,
                                           const struct user_export *row);

#endif
