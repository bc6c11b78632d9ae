/* Who is there: the instances of every service, in etcd. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "err.h"

struct log;
struct rpc_tls;

struct registry_options {
    struct str endpoints;      /* of etcd: HOST:PORT, separated by commas */
    const struct rpc_tls *tls; /* NULL: plain text */
    struct str prefix;         /* "/microservices" */
    int64_t ttl_s;             /* of a registration without a sign of life: 15 */
    struct log *log;           /* borrowed */
};

/*
 * A client of etcd v3 with a thread of its own. While etcd is away what is known stays known, and
 * registrations are made again when it is back, also when it has lost everything. Any thread may
 * call any function. Made by app.
 */
struct registry;

/* Does not wait for etcd. ERR_INVALID: endpoints that are none. */
MUST_USE struct err *registry_open(struct ctx *c, const struct registry_options *options,
                                   struct registry **out);
void registry_close(struct registry *r); /* takes its registrations away first; NULL is fine */

/* One instance of a service: PREFIX/<service>/<id>, with the JSON that Kratos writes. */
struct registry_instance {
    struct str service; /* "favorite" */
    struct str id;      /* unique among all instances ever */
    struct str version;
    struct str address; /* HOST:PORT that others can reach */
    bool tls;           /* endpoints are grpcs:// then */
};

/* From now on, until withdrawn: kept alive, and made again when lost. Copies. */
void registry_register(struct registry *r, const struct registry_instance *instance);

/* Gone at once when etcd can be reached; waits at most until c's deadline. */
void registry_withdraw(struct registry *r, struct ctx *c, struct str service, struct str id);

/*
 * Tells the addresses of a service now and whenever they change, on the registry's thread, until
 * registry_close(). Valid during the call only. Before etcd has ever answered nobody is told.
 */
typedef void registry_told(void *self, const struct str *addresses, size_t count);
void registry_watch(struct registry *r, const char *service, registry_told *told, void *self);

/* Has everything that was asked for been seen? For readiness. */
bool registry_ready(struct registry *r);

#endif
