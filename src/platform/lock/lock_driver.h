/* What a kind of lock is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOCK_DRIVER_H
#define LOCK_DRIVER_H

#include "lock.h"

/* The first member of every kind of lock. */
struct lock {
    const struct lock_driver *driver;
};

/* As in lock.h. */
struct lock_driver {
    struct err *(*take)(struct lock *l, struct ctx *c, int64_t *fence);
    bool (*held)(struct lock *l);
    void (*release)(struct lock *l);
    void (*destroy)(struct lock *l);
};

#endif
