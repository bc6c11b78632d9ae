/* The table of logins: one row for each browser in which somebody is signed in. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_LOGIN_STORE_H
#define USER_LOGIN_STORE_H

#include "sql.h"
#include "user_api.h"

/* The version of the account's sessions, 0: no such account; and nobody changes the account, nor
 * adds to its logins, until the transaction ends. */
MUST_USE struct err *user_login_store_lock(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                           int64_t *session);

/* All there are of it, those that have ended with an older version among them. */
MUST_USE struct err *user_login_store_all(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                          struct user_login_list *out);

/* Those that hold. */
MUST_USE struct err *user_login_store_list(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                           struct user_login_list *out);

/* out->id is 0 when there is none that holds. */
MUST_USE struct err *user_login_store_find(struct sql_tx *tx, struct ctx *c,
                                           const struct user_find_login_req *key,
                                           struct user_login *out);

MUST_USE struct err *user_login_store_add(struct sql_tx *tx, struct ctx *c,
                                          const struct user_add_login_req *login, int64_t now);
MUST_USE struct err *user_login_store_see(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                          int64_t id, int64_t now);
MUST_USE struct err *user_login_store_keep(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                           int64_t id, int64_t session);
MUST_USE struct err *user_login_store_end(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                          int64_t id);

#endif
