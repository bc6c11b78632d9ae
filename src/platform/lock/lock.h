/* One at a time: in this process, or among all of a cluster. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOCK_H
#define LOCK_H

#include "err.h"

struct etcd;

/*
 * A name that one holder has at a time. Locks of the same name are the same lock: everywhere with
 * etcd; a local one is itself only. Any thread may call any function; who took it releases it.
 */
struct lock;

/* A mutex, for a server that is one process. */
struct lock *lock_create_local(void);

enum { LOCK_NAME_MAX = 300 };

/*
 * A key under a lease, in the line that etcd's own lock service makes: NAME/<lease>, served in the
 * order of creation. Held while the lease lives, which a thread renews; a process that dies or
 * hangs loses it after ttl_s. `etcd` is borrowed; the name, at most LOCK_NAME_MAX bytes, is copied.
 */
struct lock *lock_create_etcd(struct etcd *etcd, struct str name, int64_t ttl_s);

void lock_destroy(struct lock *l); /* released by then; NULL is fine */

/*
 * Waits for it until c's deadline: ERR_TIMEOUT, with the reason LOCK_TAKEN when another was seen to
 * have it. ERR_UNAVAILABLE: nobody can tell whose it is.
 * *fence is greater than that of every holder before: whoever is given it with each request refuses
 * one who believes to hold what he has lost.
 */
MUST_USE struct err *lock_take(struct lock *l, struct ctx *c, int64_t *fence);
extern const char LOCK_TAKEN[];

/* Surely still ours? False from when the lease may be over: stop what must be done alone. */
bool lock_held(struct lock *l);

void lock_release(struct lock *l); /* what was lost meanwhile may be released too */

#endif
