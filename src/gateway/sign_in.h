/* Who proves with a password that an account is his; and new accounts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIGN_IN_H
#define SIGN_IN_H

#include "gateway_parts.h"

/* username and password of the request make an account. */
MUST_USE struct err *sign_in_register(struct gateway *g, struct ctx *c, const struct http_req *req,
                                      struct user_sign_up_resp *out);

/* They are an account's. UNAUTHENTICATED, reason wrong_password; FORBIDDEN, reason banned. */
MUST_USE struct err *sign_in_check(struct gateway *g, struct ctx *c, const struct http_req *req,
                                   struct user_get_credentials_resp *out);

/* The viewer's own password, in the parameter `name`. UNAUTHENTICATED, reason wrong_password. */
MUST_USE struct err *sign_in_check_again(struct gateway *g, struct ctx *c,
                                         const struct http_req *req, struct str name);

/* The owner of the account is where the request came from. */
void sign_in_at_home(struct gateway *g, const struct http_req *req, int64_t account,
                     int64_t session);

#endif
