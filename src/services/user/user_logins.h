/* Logins of browsers: the part of the user service that keeps them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_LOGINS_H
#define USER_LOGINS_H

#include "user_parts.h"

/* Methods of the API. */
MUST_USE struct err *user_logins_add(struct user_api *base, struct ctx *c,
                                     const struct user_add_login_req *req,
                                     struct user_add_login_resp *resp);
MUST_USE struct err *user_logins_find(struct user_api *base, struct ctx *c,
                                      const struct user_find_login_req *req,
                                      struct user_login *resp);
MUST_USE struct err *user_logins_list(struct user_api *base, struct ctx *c,
                                      const struct user_list_logins_req *req,
                                      struct user_list_logins_resp *resp);
MUST_USE struct err *user_logins_see(struct user_api *base, struct ctx *c,
                                     const struct user_see_login_req *req,
                                     struct user_see_login_resp *resp);
MUST_USE struct err *user_logins_end(struct user_api *base, struct ctx *c,
                                     const struct user_end_login_req *req,
                                     struct user_end_login_resp *resp);

/* In the transaction that has moved the version of the account's sessions: all logins go but the
 * one that is kept (0: none). */
MUST_USE struct err *user_logins_renew(struct user *self, struct sql_tx *tx, struct ctx *c,
                                       int64_t user_id, int64_t session, int64_t keep);

#endif
