/* The table of likes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAVORITE_STORE_H
#define FAVORITE_STORE_H

#include "favorite_api.h"
#include "sql.h"

/* Idempotent; *changed tells whether anything was. */
MUST_USE struct err *favorite_store_add(struct sql_tx *tx, struct ctx *c,
                                        const struct favorite_mark *mark, bool *changed);
MUST_USE struct err *favorite_store_remove(struct sql_tx *tx, struct ctx *c,
                                           const struct favorite_mark *mark, bool *changed);

/* Latest like first. */
MUST_USE struct err *favorite_store_list(struct sql_tx *tx, struct ctx *c,
                                         const struct favorite_list_req *req,
                                         struct favorite_list_resp *out);

/* All of a user's likes, by their videos: those after one of them, `limit` at most. */
MUST_USE struct err *favorite_store_after(struct sql_tx *tx, struct ctx *c, int64_t user,
                                          int64_t after, int64_t limit,
                                          struct favorite_mark_list *out);

MUST_USE struct err *favorite_store_have(struct sql_tx *tx, struct ctx *c, int64_t user,
                                         struct i64_list videos, bool *out);

#endif
