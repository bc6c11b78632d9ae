/* Passwords: bcrypt, by libxcrypt. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PASSWORDS_H
#define PASSWORDS_H

#include "err.h"

/* Slow on purpose: call it on the executor for hashes alone. Any thread may call any function. */
struct passwords;

MUST_USE struct err *passwords_create(struct ctx *c, int cost, struct passwords **out);
void passwords_destroy(struct passwords *p); /* NULL is fine */

/* ERR_INVALID: too short, too long, or of more bytes than bcrypt reads. */
MUST_USE struct err *passwords_hash(struct passwords *p, struct ctx *c, struct str password,
                                    struct str *out);

/* `hash` "": there is no such account; it takes as long as a wrong password, and is false. */
bool passwords_match(struct passwords *p, struct ctx *c, struct str password, struct str hash);

#endif
