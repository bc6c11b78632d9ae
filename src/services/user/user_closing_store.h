/* The columns of accounts that are closed, and the rows that go with one that is removed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_CLOSING_STORE_H
#define USER_CLOSING_STORE_H

#include "sql.h"
#include "user_api.h"

struct user_closing {
    int64_t until;   /* 0: it is open */
    int64_t session; /* 0: there is no such account */
    struct str avatar, background;
};

/* Nobody changes the account until the transaction ends. */
MUST_USE struct err *user_closing_store_lock(struct sql_tx *tx, struct ctx *c, int64_t id,
                                             struct user_closing *out);

/* Closed until then; 0: open. What the session version is from now on is said with it. */
MUST_USE struct err *user_closing_store_set(struct sql_tx *tx, struct ctx *c, int64_t id,
                                            int64_t until, int64_t session);

/* The account, its counts, its logins, and what is known of copies of it. */
MUST_USE struct err *user_closing_store_erase(struct sql_tx *tx, struct ctx *c, int64_t id);

#endif
