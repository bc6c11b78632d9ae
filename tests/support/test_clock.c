/* A clock that tests stop and move. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test_clock.h"

#include <stdatomic.h>
#include <time.h>

#include "clock.h"

static _Atomic int64_t stopped_ms, skipped_ns; /* 0: they run */

static struct timespec now(clockid_t id)
{
    struct timespec ts = {0};

    (void)clock_gettime(id, &ts);
    return ts;
}

int64_t clock_monotonic_ns(void)
{
    struct timespec ts = now(CLOCK_MONOTONIC);

    return ts.tv_sec * CLOCK_NS_PER_S + ts.tv_nsec + skipped_ns;
}

int64_t clock_wall_ms(void)
{
    struct timespec ts = now(CLOCK_REALTIME);

    return stopped_ms ? stopped_ms : ts.tv_sec * CLOCK_MS_PER_S + ts.tv_nsec / CLOCK_NS_PER_MS;
}

void test_clock_stop(int64_t wall_ms)
{
    stopped_ms = wall_ms;
}

void test_clock_run(void)
{
    stopped_ms = 0;
    skipped_ns = 0;
}

void test_clock_skip(int64_t ns)
{
    skipped_ns += ns;
}
