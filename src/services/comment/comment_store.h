/* The table of comments. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMENT_STORE_H
#define COMMENT_STORE_H

#include "comment_api.h"
#include "sql.h"

MUST_USE struct err *comment_store_add(struct sql_tx *tx, struct ctx *c,
                                       const struct comment_item *item);

/* *found is false when that video has no such comment. */
MUST_USE struct err *comment_store_get(struct sql_tx *tx, struct ctx *c, int64_t video, int64_t id,
                                       struct comment_item *out, bool *found);
MUST_USE struct err *comment_store_find(struct sql_tx *tx, struct ctx *c, struct i64_list ids,
                                        struct comment_item_list *out);
MUST_USE struct err *comment_store_set_hidden(struct sql_tx *tx, struct ctx *c,
                                              const struct comment_item *item);
MUST_USE struct err *comment_store_remove(struct sql_tx *tx, struct ctx *c,
                                          const struct comment_item *item, bool *removed);

/* Those of a video: neighbours under its key. */
MUST_USE struct err *comment_store_remove_some(struct sql_tx *tx, struct ctx *c, int64_t video,
                                               int64_t limit, bool *more);

/* What a user has written, newest first. */
MUST_USE struct err *comment_store_list_by(struct sql_tx *tx, struct ctx *c,
                                           const struct comment_list_by_req *req,
                                           struct comment_item_list *out);

/* Newest first. */
MUST_USE struct err *comment_store_list(struct sql_tx *tx, struct ctx *c,
                                        const struct comment_list_req *req,
                                        struct comment_item_list *out);

#endif
