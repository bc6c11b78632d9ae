/* The table of notices. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_STORE_H
#define NOTICE_STORE_H

#include "notice_api.h"
#include "sql.h"

enum { NOTICE_ACTORS = 3 };

/* What alike things are gathered under. */
struct notice_key {
    int64_t user;
    enum notice_kind kind;
    int64_t subject;
};

/* *found is false when nothing of the kind has happened. Its actors have room for NOTICE_ACTORS. */
MUST_USE struct err *notice_store_lock(struct sql_tx *tx, struct ctx *c,
                                       const struct notice_key *key, struct notice_item *out,
                                       bool *found);
MUST_USE struct err *notice_store_add(struct sql_tx *tx, struct ctx *c,
                                      const struct notice_item *item);
MUST_USE struct err *notice_store_set(struct sql_tx *tx, struct ctx *c,
                                      const struct notice_item *item);
MUST_USE struct err *notice_store_remove(struct sql_tx *tx, struct ctx *c,
                                         const struct notice_key *key);
MUST_USE struct err *notice_store_remove_subject(struct sql_tx *tx, struct ctx *c, int64_t user,
                                                 int64_t subject);

/* Of a user who has one more than that the oldest is removed. */
MUST_USE struct err *notice_store_keep(struct sql_tx *tx, struct ctx *c, int64_t user,
                                       int64_t most);

/* All that a user was told. */
MUST_USE struct err *notice_store_forget(struct sql_tx *tx, struct ctx *c, int64_t user);

MUST_USE struct err *notice_store_list(struct sql_tx *tx, struct ctx *c,
                                       const struct notice_list_req *req,
                                       struct notice_item_list *out);
MUST_USE struct err *notice_store_read(struct sql_tx *tx, struct ctx *c,
                                       const struct notice_set_read_req *req);
/* The latest of those that were not read. */
MUST_USE struct err *notice_store_unread(struct sql_tx *tx, struct ctx *c, int64_t user,
                                         int64_t most, struct notice_item_list *out);

#endif
