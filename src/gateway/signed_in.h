/* How somebody is signed in, for what lasts longer than one request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIGNED_IN_H
#define SIGNED_IN_H

#include "gateway_parts.h"
#include "tokens.h"

/* A token, or the login of a browser. */
struct signed_in {
    struct token_claims claims;
    struct user_find_login_req login; /* in place of the token; else zeroed */
};

/* Of a request that was admitted to a route where somebody has to be signed in; in its arena. */
void signed_in_read(struct gateway *g, struct ctx *c, const struct http_req *req,
                    struct signed_in *out);

/* NULL: he still is. ERR_UNAUTHENTICATED: it ended, or his password changed, or he was banned;
 * anything else: nobody can say now. Sets c->user_id. */
MUST_USE struct err *signed_in_check(struct gateway *g, struct ctx *c, const struct signed_in *who);

#endif
