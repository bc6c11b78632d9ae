/* Waiting in tests for what another thread or process does. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENTUALLY_H
#define EVENTUALLY_H

#include <time.h>

#include "clock.h"
#include "test.h"

/* A limit for what never comes, not for what is slow. */
enum { EVENTUALLY_S = 120, EVENTUALLY_LOOK_MS = 5 };

static inline void eventually_look_again(int64_t since_ns, const char *what)
{
    struct timespec pause = {.tv_nsec = (long)EVENTUALLY_LOOK_MS * CLOCK_NS_PER_MS};

    if (clock_monotonic_ns() - since_ns > EVENTUALLY_S * CLOCK_NS_PER_S)
        fail_msg("it never came: %s", what);
    (void)nanosleep(&pause, NULL);
}

/* Goes on once the condition holds. */
#define eventually(condition)                                      \
    do {                                                           \
        for (int64_t since_ = clock_monotonic_ns(); !(condition);) \
            eventually_look_again(since_, #condition);             \
    } while (0)

#endif
