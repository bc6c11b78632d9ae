/* What the parts of the etcd client share: its endpoints, and how one of them is asked. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ETCD_IMPL_H
#define ETCD_IMPL_H

#include <stdatomic.h>

#include "etcd.h"
#include "rpc_channel.h"

struct etcd {
    struct rpc_channel *endpoints[ETCD_ENDPOINTS_MAX];
    char *names[ETCD_ENDPOINTS_MAX]; /* HOST:PORT, for messages */
    size_t count;
    int64_t attempt_ms;
    atomic_size_t preferred; /* index of the endpoint that is asked first */
    atomic_uint_fast64_t failovers;
};

/* Asks endpoint `at` once; `self` is what is asked and where the answer goes. */
typedef struct err *etcd_ask(void *self, struct ctx *c, struct etcd *e, size_t at);

/* Asks the endpoints in turn until one answers, be it with a refusal. */
MUST_USE struct err *etcd_each(struct etcd *e, struct ctx *c, etcd_ask *ask, void *self);

/* The endpoint `at` has failed: the next one is preferred, unless somebody was quicker. */
void etcd_leave(struct etcd *e, size_t at);

/* c with a deadline as near as that of an attempt. */
struct ctx etcd_attempt(const struct etcd *e, const struct ctx *c);

/* What follows the last key that begins with `prefix`: a range_end. Empty: there is no such key. */
struct str etcd_prefix_end(struct ctx *c, struct str prefix);

#endif
