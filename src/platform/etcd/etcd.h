/* A client of etcd v3: keys, leases and watches, over whichever endpoint answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ETCD_H
#define ETCD_H

#include "etcd_wire_api.h"

struct rpc_tls;

enum {
    ETCD_ENDPOINTS_MAX = 16,
    ETCD_MESSAGE_MAX = 4 << 20, /* bytes of one answer; a larger one is ERR_EXHAUSTED */
};

struct etcd_options {
    struct str endpoints;      /* HOST:PORT, separated by commas; blanks around them are fine */
    const struct rpc_tls *tls; /* NULL: plain text; borrowed */
    int64_t attempt_ms;        /* an endpoint that has not answered by then is left for the next */
};
extern const struct etcd_options etcd_defaults;

/*
 * Asks the endpoint that answered last; when it is not there, stays silent or has lost its leader,
 * each of the others, until c's deadline. What is asked may be done twice then: every call here
 * means the same when repeated. Connects when first used. Any thread may call any function.
 */
struct etcd;

/* ERR_INVALID: none, too many, or what is no HOST:PORT. Does not connect. */
MUST_USE struct err *etcd_open(struct ctx *c, const struct etcd_options *options,
                               struct etcd **out);
void etcd_close(struct etcd *e); /* its watches are closed by then; NULL is fine */

uint64_t etcd_failovers(struct etcd *e); /* how often another endpoint was turned to */

/* ---- keys ---- */

/* Which keys; what is zero does not matter. */
struct etcd_query {
    struct str prefix;       /* keys that begin with it; not empty */
    int64_t limit;           /* how many */
    int64_t created_at_most; /* create_revision */
    bool newest_first;       /* by create_revision; else by key */
};
struct etcd_found {
    struct etcd_kv_list kvs; /* in c->arena */
    int64_t revision;        /* of the whole store, when it was looked at */
    bool more;               /* the limit cut it off */
};
MUST_USE struct err *etcd_find(struct etcd *e, struct ctx *c, const struct etcd_query *query,
                               struct etcd_found *found);

/* Its key, value and lease. ERR_NOT_FOUND: the lease is over. */
MUST_USE struct err *etcd_put(struct etcd *e, struct ctx *c, const struct etcd_kv *kv);

/* The same when there is no such key; ERR_EXISTS. *revision: that of its creation. A key under the
 * same lease is taken for the work of an attempt whose answer was lost. */
MUST_USE struct err *etcd_create(struct etcd *e, struct ctx *c, const struct etcd_kv *kv,
                                 int64_t *revision);
MUST_USE struct err *etcd_delete(struct etcd *e, struct ctx *c, struct str key);

/* ---- leases: keys under one vanish with it ---- */

struct etcd_lease {
    int64_t id;
    int64_t ttl_s; /* without a renewal; etcd has a least */
};
MUST_USE struct err *etcd_grant(struct etcd *e, struct ctx *c, int64_t ttl_s,
                                struct etcd_lease *out);
MUST_USE struct err *etcd_renew(struct etcd *e, struct ctx *c, int64_t lease); /* NOT_FOUND: over */
MUST_USE struct err *etcd_revoke(struct etcd *e, struct ctx *c, int64_t lease); /* or over anyway */

/* ---- watches: what happens to keys, without gaps ---- */

/* Used by one thread at a time; etcd_watch_cancel() by any. */
struct etcd_watch;

struct etcd_change {
    bool deleted; /* kv has its key and revision only */
    struct etcd_kv kv;
};
struct etcd_changes {
    struct etcd_change *at; /* in c->arena, in order */
    size_t count;           /* 0: nothing but the revision moved */
    int64_t revision;       /* all up to here has been told: a new watch goes on behind it */
};

/*
 * Everything under `prefix` that happens at or after the revision `from`, to be read with
 * etcd_watch_next(). The reason ETCD_GAP, of this or of that: what happened since is not known any
 * more (compacted, or the store is another one): read everything anew.
 */
MUST_USE struct err *etcd_watch_open(struct etcd *e, struct ctx *c, struct str prefix, int64_t from,
                                     struct etcd_watch **out);
extern const char ETCD_GAP[];

/* ERR_TIMEOUT at c's deadline: it goes on. Any other failure ends it. */
MUST_USE struct err *etcd_watch_next(struct etcd_watch *w, struct ctx *c,
                                     struct etcd_changes *changes);

/* Calls are answered by another endpoint by now: this one may say nothing for ever. */
bool etcd_watch_is_left(struct etcd_watch *w);

void etcd_watch_cancel(struct etcd_watch *w); /* wakes etcd_watch_next(): ERR_CANCELLED */
void etcd_watch_close(struct etcd_watch *w);  /* NULL is fine */

#endif
