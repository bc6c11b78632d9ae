/* The table of follows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELATION_STORE_H
#define RELATION_STORE_H

#include "relation_api.h"
#include "sql.h"

/* Idempotent; *changed tells whether anything was. */
MUST_USE struct err *relation_store_add(struct sql_tx *tx, struct ctx *c,
                                        const struct relation_edge *edge, bool *changed);
MUST_USE struct err *relation_store_remove(struct sql_tx *tx, struct ctx *c,
                                           const struct relation_edge *edge, bool *changed);

/* Latest follow first. */
typedef struct err *relation_store_lister(struct sql_tx *tx, struct ctx *c,
                                          const struct relation_list_req *req,
                                          struct relation_list_resp *out);
relation_store_lister relation_store_following, relation_store_followers, relation_store_friends;

/* Of a statement whose rows are ids and times. */
MUST_USE struct err *relation_store_list(struct sql_tx *tx, struct ctx *c, const char *text,
                                         struct sql_args args, struct relation_list_resp *out);

/* followed[i]: targets[i] is followed; all false before. And what is hidden, by the same question.
 */
MUST_USE struct err *relation_store_flags(struct sql_tx *tx, struct ctx *c, int64_t user,
                                          struct i64_list targets, bool *followed,
                                          struct relation_hidden *hidden);

#endif
