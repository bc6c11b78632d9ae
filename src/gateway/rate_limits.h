/* Rate limits: token buckets per address and per account. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RATE_LIMITS_H
#define RATE_LIMITS_H

#include "err.h"

/* A fixed table of buckets: memory does not grow with clients. Any thread may call any function. */
struct rate_limits;

enum rate_limit_kind {
    RATE_NONE,
    RATE_REQUEST,         /* everything, per address */
    RATE_REGISTER,        /* new accounts, per address */
    RATE_LOGIN_ADDRESS,   /* wrong passwords, per address */
    RATE_LOGIN_ACCOUNT,   /* wrong passwords, per account and address: the owner is elsewhere */
    RATE_LOGIN_STRANGERS, /* wrong passwords, per account, from where it was never signed in to */
    RATE_UPLOAD,          /* per account */
    RATE_WRITE,           /* likes, comments, follows: per account */
    RATE_MESSAGE,         /* per account */
    RATE_KINDS,
};

/* What an operator may set; a burst is what a bucket holds when it is full. */
struct rate_limits_options {
    bool enabled;
    int64_t requests_per_second, requests_burst; /* of RATE_REQUEST, at most 1,000,000 */
};

struct rate_limits *rate_limits_create(const struct rate_limits_options *options);
void rate_limits_change(struct rate_limits *r, const struct rate_limits_options *options);
void rate_limits_destroy(struct rate_limits *r); /* NULL is fine */

/* Takes one from the bucket of `who`. ERR_EXHAUSTED, reason rate_limited: it is empty. */
MUST_USE struct err *rate_limits_take(struct rate_limits *r, struct ctx *c,
                                      enum rate_limit_kind kind, struct str who);

/* The same without taking: for what is counted only when it fails. */
MUST_USE struct err *rate_limits_check(struct rate_limits *r, struct ctx *c,
                                       enum rate_limit_kind kind, struct str who);

/* How often each kind refused. */
uint64_t rate_limits_refused(struct rate_limits *r, enum rate_limit_kind kind);
const char *rate_limits_name(enum rate_limit_kind kind);

#endif
