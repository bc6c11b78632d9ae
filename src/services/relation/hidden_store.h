/* The table of what people do not want to see: other people, videos, comments. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HIDDEN_STORE_H
#define HIDDEN_STORE_H

#include "relation_api.h"
#include "sql.h"

/* Idempotent; *changed tells whether anything was. */
MUST_USE struct err *hidden_store_add(struct sql_tx *tx, struct ctx *c,
                                      const struct relation_wish *wish, bool *changed);
MUST_USE struct err *hidden_store_remove(struct sql_tx *tx, struct ctx *c,
                                         const struct relation_wish *wish, bool *changed);

MUST_USE struct err *hidden_store_count(struct sql_tx *tx, struct ctx *c, int64_t user,
                                        enum relation_kind kind, int64_t *out);

/* The newest but `keep`; target_id 0: there are no more than those. */
MUST_USE struct err *hidden_store_beyond(struct sql_tx *tx, struct ctx *c, int64_t user,
                                         enum relation_kind kind, int64_t keep,
                                         struct relation_wish *out);

MUST_USE struct err *hidden_store_blocked(struct sql_tx *tx, struct ctx *c,
                                          const struct relation_list_req *req,
                                          struct relation_list_resp *out);

/* Has one of the two blocked the other? */
MUST_USE struct err *hidden_store_apart(struct sql_tx *tx, struct ctx *c, int64_t a, int64_t b,
                                        bool *out);

MUST_USE struct err *hidden_store_all(struct sql_tx *tx, struct ctx *c, int64_t user,
                                      struct relation_hidden *out);

/* All that a user did not want to see. */
MUST_USE struct err *hidden_store_forget(struct sql_tx *tx, struct ctx *c, int64_t user);

/* Sorts rows of (kind, id) out; returns those of no kind. */
struct i64_list hidden_store_take(struct ctx *c, struct sql_rows *rows,
                                  struct relation_hidden *out);

#endif
