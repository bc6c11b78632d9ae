/* What the parts of the registry share: its state, and whose each piece is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REGISTRY_IMPL_H
#define REGISTRY_IMPL_H

#include <pthread.h>

#include "etcd.h"
#include "instance_set.h"
#include "registry.h"

struct registration {
    struct str service, id, key, value;
    enum { WANTED, MADE, UNWANTED, GONE } state;
    bool was_made; /* once at least */
};

struct follower {
    struct str service;
    registry_told *told;
    void *self;
    struct instance_set *known; /* the thread's, as is what follows */
    bool is_read;
    int64_t read_at; /* the revision of the store */
    bool was_told;
};

struct registry {
    struct etcd *etcd;
    struct log *log;
    struct str prefix; /* ends with a slash */
    int64_t ttl_s;     /* as wished */
    bool tls_instances;
    pthread_t thread;

    /* The thread's own. */
    struct etcd_lease lease; /* id 0: none */
    int64_t renewed_ns;      /* before the request that renewed it */
    int64_t revision;        /* what happened up to then is known; 0: nothing is */
    struct etcd_watch *watch;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool stopping;
    bool woken;                   /* somebody wants something: do not wait */
    struct etcd_watch *waited_in; /* where the thread waits; NULL: it does not */
    struct arena memory;          /* of what registrations and followers are told */
    struct registration registrations[REGISTRY_INSTANCES_MAX];
    struct follower followers[REGISTRY_SERVICES_MAX];
    size_t registration_count, follower_count;
    struct registry_stats stats;
};

/* All of these are called by the thread, without the lock. */

/* A lease that lives. */
MUST_USE struct err *registrations_keep_lease(struct registry *r, struct ctx *c);

/* Under it every registration that is wanted; none that is not. */
MUST_USE struct err *registrations_make(struct registry *r, struct ctx *c);

/* When the lease must be kept again at the latest. */
int64_t registrations_due_ns(const struct registry *r);

/* They have to be made anew: the store may have lost them. */
void registrations_forget(struct registry *r);

/* The key was deleted by somebody else. */
void registrations_miss(struct registry *r, struct str key);

/* Gone at once, with their lease. */
void registrations_end(struct registry *r, struct ctx *c);

/* Where the watch begins, once and after everything was forgotten: before own keys are made, so
 * that it tells of each that is deleted. */
MUST_USE struct err *followers_begin(struct registry *r, struct ctx *c);

/* Reads what every follower that has not been read yet wants to know, and tells it. */
MUST_USE struct err *followers_read(struct registry *r, struct ctx *c);

/* Everything has to be read anew. */
void followers_forget(struct registry *r);

/* A watch that goes on behind that. The reason ETCD_GAP, here or below: it cannot. */
MUST_USE struct err *followers_open_watch(struct registry *r, struct ctx *c);

/* Waits in it for news until then, or until the registry is woken; and tells them. */
MUST_USE struct err *followers_wait(struct registry *r, struct ctx *c, int64_t until_ns);

#endif
