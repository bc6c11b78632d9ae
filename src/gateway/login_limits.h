/* Guessing passwords: what slows it down, and what it never takes from the owner. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOGIN_LIMITS_H
#define LOGIN_LIMITS_H

#include "err.h"

struct rate_limits;

/*
 * Wrong passwords count per address, per account and address, and, from places where the account
 * was never signed in to, per account (docs/decisions/login-limits.md). Any thread may call it.
 */
struct login_limits;

struct login_limits *login_limits_create(struct rate_limits *limits); /* borrows them */
void login_limits_destroy(struct login_limits *l);                    /* NULL is fine */

/* Whose password is tried, and from where. */
struct login_attempt {
    struct str block;         /* of the client's address */
    struct str name;          /* as typed, when there is no such account */
    int64_t account, session; /* 0: there is no such account */
};

/* Before looking for the account, and when it was looked for. ERR_EXHAUSTED: too often. */
MUST_USE struct err *login_limits_check_address(struct login_limits *l, struct ctx *c,
                                                struct str block);
MUST_USE struct err *login_limits_check(struct login_limits *l, struct ctx *c,
                                        const struct login_attempt *attempt);

/* The password was wrong. ERR_EXHAUSTED: once too often. */
MUST_USE struct err *login_limits_failed(struct login_limits *l, struct ctx *c,
                                         const struct login_attempt *attempt);

/* It was right: from now on the owner is at home there, until his password changes. */
void login_limits_succeeded(struct login_limits *l, const struct login_attempt *attempt);

#endif
