/* Locks: which kind it is decides what happens. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lock_driver.h"

const char LOCK_TAKEN[] = "lock_taken";

struct err *lock_take(struct lock *l, struct ctx *c, int64_t *fence)
{
    return l->driver->take(l, c, fence);
}

bool lock_held(struct lock *l)
{
    return l->driver->held(l);
}

void lock_release(struct lock *l)
{
    l->driver->release(l);
}

void lock_destroy(struct lock *l)
{
    if (l)
        l->driver->destroy(l);
}
