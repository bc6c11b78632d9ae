/* Who is there: the instances of every service, in etcd. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "err.h"

struct etcd;
struct log;
struct rpc_tls;

enum {
    REGISTRY_SERVICES_MAX = 32,  /* that one process watches */
    REGISTRY_INSTANCES_MAX = 16, /* that one process registers */
};

struct registry_options {
    struct str endpoints;      /* of etcd: HOST:PORT, separated by commas */
    const struct rpc_tls *tls; /* to etcd; NULL: plain text; borrowed */
    struct str prefix;         /* "/microservices" */
    int64_t ttl_s;             /* of a registration without a sign of life: 15 */
    int64_t attempt_ms;        /* an etcd endpoint that is silent that long is left for the next */
    bool tls_instances;        /* tell the addresses of grpcs:// endpoints, not those of grpc:// */
    struct log *log;           /* borrowed */
};
extern const struct registry_options registry_defaults;

/*
 * A client of etcd v3 with a thread of its own. While etcd is away what is known stays known, and
 * registrations are made again when it is back, also when it has lost everything. Any thread may
 * call any function. Made by app.
 */
struct registry;

/* Does not wait for etcd. ERR_INVALID: endpoints or a prefix that are none. */
MUST_USE struct err *registry_open(struct ctx *c, const struct registry_options *options,
                                   struct registry **out);
void registry_close(struct registry *r); /* takes its registrations away first; NULL is fine */

/* Its client, for locks: theirs until registry_close(). */
struct etcd *registry_etcd(struct registry *r);

/* One instance of a service: PREFIX/<service>/<id>, with the JSON that Kratos writes. */
struct registry_instance {
    struct str service; /* "favorite" */
    struct str id;      /* unique among all instances ever */
    struct str version;
    struct str address; /* HOST:PORT that others can reach */
    bool tls;           /* endpoints are grpcs:// then */
};

/* From now on, until withdrawn: kept alive, and made again when lost. Copies. Nobody finds it
 * before those have been told who watch here. */
void registry_register(struct registry *r, const struct registry_instance *instance);

/*
 * Gone at once when etcd can be reached; waits at most until c's deadline. True: it is gone. Else
 * it goes when etcd is back, at the latest with its lease.
 */
bool registry_withdraw(struct registry *r, struct ctx *c, struct str service, struct str id);

/*
 * Tells the addresses of a service now and whenever they change, on the registry's thread, until
 * registry_close(). Valid during the call only. Before etcd has ever answered nobody is told. An
 * instance whose lease is over is gone at once; one that is missing after a time in which nobody
 * could look stays for another ttl_s.
 */
typedef void registry_told(void *self, const struct str *addresses, size_t count);
void registry_watch(struct registry *r, const char *service, registry_told *told, void *self);

/* Has everything that was asked for been seen once? For readiness. */
bool registry_ready(struct registry *r);

/* Waits for that, at most until c's deadline: is it so? */
bool registry_await(struct registry *r, struct ctx *c);

struct registry_stats {
    bool connected;       /* etcd answered when last asked */
    size_t registered;    /* instances of this process that stand there, as far as is known */
    size_t instances;     /* of others, known */
    int64_t renewed_ns;   /* when the lease was renewed last (CLOCK_MONOTONIC); 0: never */
    uint64_t outages;     /* how often etcd went away */
    uint64_t gaps;        /* how often everything was read anew, for etcd's history was gone */
    uint64_t leases_lost; /* how often the lease was over before it was renewed */
    uint64_t refused;     /* values that were no instance */
    uint64_t failovers;   /* turns to another endpoint */
};
struct registry_stats registry_stats(struct registry *r);

#endif
