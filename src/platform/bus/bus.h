/* Durable jobs: published with the facts they follow from, run at least once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_H
#define BUS_H

#include <stdatomic.h>

#include "migrate.h"

/*
 * A queue in the database. A job is published inside a transaction and exists exactly if that was
 * committed. It runs at least once: a crash runs it again, so handlers are idempotent. Failures are
 * tried again with growing pauses, then kept as dead letters. Any thread may publish. Made by app.
 */
struct bus;

struct bus_job {
    int64_t id;
    struct str topic;
    int64_t key;     /* what it is about; a topic holds one waiting job per key */
    int64_t attempt; /* 1: the first */
    int64_t token;   /* of whoever runs it now: each claim has a larger one */
};

struct bus_handler {
    void *self;
    /*
     * NULL: done. ERR_PRECONDITION, ERR_INVALID, ERR_NOT_FOUND: no use to try again.
     * ERR_CANCELLED: stopped by *stop; ERR_EXHAUSTED: no room on the disk, or the like: neither
     * counts as an attempt. Others are tried again.
     */
    struct err *(*run)(void *self, struct ctx *c, const struct bus_job *job,
                       const atomic_bool *stop);
    /* After the last attempt has failed; again after a crash at that moment. May be NULL. */
    void (*died)(void *self, struct ctx *c, const struct bus_job *job, const struct err *e);
    int64_t attempts_max;
    int64_t pause_ms; /* before the second attempt; doubles with each, up to an hour */
};

MUST_USE struct err *bus_open(struct ctx *c, struct sql *db, struct bus **out);

/* After a crash: what was running waits again. Only for the process that runs this queue's jobs,
 * before it runs any: it is the one that holds the data folder. */
MUST_USE struct err *bus_recover(struct bus *bus, struct ctx *c);

/* Ends consumers: *stop becomes non-zero, running handlers are waited for. Jobs may still be
 * published, and the bus be woken. NULL is fine. */
void bus_stop(struct bus *bus);

/* The end of it, after that of the database if that wakes it. Stops it if nobody has. NULL is fine.
 */
void bus_close(struct bus *bus);

/* Joins the transaction of c if there is one. A job that waits already for this key stays alone. */
MUST_USE struct err *bus_publish(struct bus *bus, struct ctx *c, struct str topic, int64_t key);

/* The same for later, BUS_LATER_MAX_MS ahead at most: a job that waits longer is taken for one from
 * before the clock was turned back. One that waits already for this key is due at the earlier of
 * the two times. */
enum { BUS_LATER_MAX_MS = 30 * 60 * 1000 };
MUST_USE struct err *bus_publish_at(struct bus *bus, struct ctx *c, struct str topic, int64_t key,
                                    int64_t run_at);

/* Starts `threads` threads that run jobs of the topic; `topic` is a literal. At start-up. */
MUST_USE struct err *bus_consume(struct bus *bus, struct ctx *c, const char *topic, size_t threads,
                                 const struct bus_handler *handler);

/* Consumers look again: somebody else may have changed the table. */
void bus_wake(struct bus *bus);

/* ---- for those who run jobs in another process, and may vanish there ---- */

enum { BUS_LEASE_MIN_MS = 1000, BUS_LEASE_MAX_MS = 10 * 60 * 1000, BUS_WHY_MAX = 512 };

/*
 * A job belongs to who claimed it until its lease ends; then somebody else may have it. `token`
 * tells the two apart: what the first one still writes is refused with ERR_ABORTED and this reason.
 */
extern const char BUS_LEASE_LOST[];

/* Takes a job that is due; out->id is 0 when none is. */
MUST_USE struct err *bus_claim(struct bus *bus, struct ctx *c, struct str topic, int64_t lease_ms,
                               struct bus_job *out);

/* The lease begins anew. Of these calls `job` needs its id and its token. */
MUST_USE struct err *bus_renew(struct bus *bus, struct ctx *c, const struct bus_job *job,
                               int64_t lease_ms);

/* Does he still hold it? Until the transaction of c is over, he does. */
MUST_USE struct err *bus_hold(struct bus *bus, struct ctx *c, const struct bus_job *job);

/* What becomes of a job that was run. */
struct bus_verdict {
    enum { BUS_DONE, BUS_AGAIN, BUS_BURY } what;
    int64_t pause_ms;   /* before it is run again */
    bool is_no_attempt; /* it was stopped, or lacked what has nothing to do with it */
    struct str why;     /* its first BUS_WHY_MAX bytes are kept */
};

/* By how its handler ended; `e` NULL: well. In the arena of c. */
struct bus_verdict bus_judge(const struct bus_handler *handler, struct ctx *c,
                             const struct bus_job *job, const struct err *e);

/* The end of a claim; `job` needs its attempt too. */
MUST_USE struct err *bus_end(struct bus *bus, struct ctx *c, const struct bus_job *job,
                             const struct bus_verdict *verdict);

enum { BUS_COUNT_MAX = 10000 }; /* jobs of one state that are counted: more are not */

/* ---- for those who look after the queue ---- */

enum bus_state { BUS_WAITING, BUS_RUNNING, BUS_DEAD };

struct bus_entry {
    int64_t id, key;
    struct str topic;
    enum bus_state state;
    int64_t attempts;           /* begun so far */
    int64_t run_at, created_at; /* Unix milliseconds */
    struct str last_error;      /* "": none yet */
};
struct bus_entries {
    struct bus_entry *at;
    size_t count;
};

/* Jobs with ids above `after`, in the order of ids, `limit` at most. */
MUST_USE struct err *bus_list(struct bus *bus, struct ctx *c, int64_t after, int64_t limit,
                              struct bus_entries *out);

/* A waiting job is due now; a dead one waits again, with all its attempts before it.
 * ERR_NOT_FOUND: no such job. ERR_PRECONDITION: it runs at this moment. */
MUST_USE struct err *bus_retry(struct bus *bus, struct ctx *c, int64_t id);

/* Waiting and dead jobs of a key are gone; one that runs goes on. Joins the transaction of c. */
MUST_USE struct err *bus_forget(struct bus *bus, struct ctx *c, struct str topic, int64_t key);

struct bus_stats {
    int64_t waiting, running, dead;
    int64_t oldest_ms; /* age of the one that is due first; 0: none waits */
};
MUST_USE struct err *bus_stats(struct bus *bus, struct ctx *c, struct str topic,
                               struct bus_stats *out);

extern const struct migration_list bus_migrations;

#endif
