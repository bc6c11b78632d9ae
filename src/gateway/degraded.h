/* What pages had to leave out because a role of the cluster did not answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEGRADED_H
#define DEGRADED_H

#include <stdatomic.h>

#include "err.h"

struct log;
struct metrics;

enum degraded_part {
    DEGRADED_SESSION,  /* a reader was taken for nobody */
    DEGRADED_EXISTS,   /* whose list it is was taken to exist */
    DEGRADED_USERS,    /* names and counts of users */
    DEGRADED_LIKED,    /* is it liked: no */
    DEGRADED_FOLLOWED, /* is he followed: no */
    DEGRADED_HIDDEN,   /* is it hidden from him: no */
    DEGRADED_COMMENTS, /* what was said last: not shown */
    DEGRADED_MESSAGES, /* the latest message: none */
    DEGRADED_PARTS,
};

/* Guards itself; any thread. Zeroed is ready. */
struct degraded {
    struct metrics *metrics; /* borrowed, as is log */
    struct log *log;
    _Atomic int64_t say_again_ns[DEGRADED_PARTS];
};

/* Does this failure say that somebody is away, and nothing about what was asked? */
bool degraded_may(const struct err *e);

/* Counts it, and says so once in a while. */
void degraded_note(struct degraded *d, struct ctx *c, enum degraded_part part, const struct err *e);

#endif
