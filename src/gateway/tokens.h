/* Tokens: who is signed in, signed by us (JWT, HS256 alone; RFC 7519). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKENS_H
#define TOKENS_H

#include "err.h"

/*
 * The header is one constant that we write ourselves: a token with any other, and so with any other
 * algorithm, is refused unread. Any thread may call any function.
 */
struct tokens;

enum { TOKEN_SECRET_MIN = 32 }; /* bytes: RFC 7518, section 3.2 */

MUST_USE struct err *tokens_create(struct ctx *c, struct str secret, int64_t ttl_s,
                                   struct tokens **out);
void tokens_destroy(struct tokens *t); /* NULL is fine */

struct token_claims {
    int64_t user_id;
    int64_t session; /* version of the account's sessions: a password change ends older ones */
};

/* In the arena of c. */
struct str tokens_sign(struct tokens *t, struct ctx *c, const struct token_claims *claims);

/* False: not ours, damaged, or expired. */
bool tokens_verify(struct tokens *t, struct str token, struct token_claims *out);

#endif
