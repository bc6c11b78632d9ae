/* The end of an account: closed, opened again, removed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_CLOSING_H
#define USER_CLOSING_H

#include "user_parts.h"

struct err *user_closing_close(struct user_api *base, struct ctx *c,
                               const struct user_close_req *req, struct user_close_resp *resp);
struct err *user_closing_reopen(struct user_api *base, struct ctx *c,
                                const struct user_reopen_req *req, struct user_reopen_resp *resp);
struct err *user_closing_begin_erase(struct user_api *base, struct ctx *c,
                                     const struct user_begin_erase_req *req,
                                     struct user_begin_erase_resp *resp);
struct err *user_closing_erase(struct user_api *base, struct ctx *c,
                               const struct user_erase_req *req, struct user_erase_resp *resp);

/* Whoever runs jobs looks at the account then, or earlier and again. */
MUST_USE struct err *user_closing_plan(struct user *self, struct sql_tx *tx, struct ctx *c,
                                       int64_t id, enum user_task_kind kind, int64_t at);

#endif
