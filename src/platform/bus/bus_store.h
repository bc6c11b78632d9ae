/* The table of jobs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_STORE_H
#define BUS_STORE_H

#include "bus.h"

/* A job that is published: now, to be run then. */
struct bus_new {
    struct str topic;
    int64_t key, now, run_at;
};

/* All inside a transaction of the caller. Times are Unix milliseconds. */
MUST_USE struct err *bus_store_add(struct sql_tx *tx, struct ctx *c, const struct bus_new *job);

/* One of its key that waits does not wait for longer than it. */
MUST_USE struct err *bus_store_hasten(struct sql_tx *tx, struct ctx *c, const struct bus_new *job);

/* When jobs are due: at `now`, or when they wait beyond `latest`. No pause is that long, so the
 * clock has been turned back since they were written, and they would wait for hours. */
struct bus_due {
    struct str topic;
    int64_t now, latest;
    int64_t lease_until; /* of whoever takes one */
};

/* The job that is due first, or whose lease has ended, as it is when it is taken; out->id is 0 when
 * there is none. *next_due: when to look again. A read. */
MUST_USE struct err *bus_store_look(struct sql_tx *tx, struct ctx *c, const struct bus_due *due,
                                    struct bus_job *out, int64_t *next_due);

/* Takes what a look has found; not taken: another process was quicker. */
MUST_USE struct err *bus_store_take(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                                    int64_t lease_until, bool *taken);

/* These five are the holder's: ERR_ABORTED, reason "lease_lost", for anybody else. */
MUST_USE struct err *bus_store_hold(struct sql_tx *tx, struct ctx *c, const struct bus_job *job);
MUST_USE struct err *bus_store_renew(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                                     int64_t lease_until);
MUST_USE struct err *bus_store_remove(struct sql_tx *tx, struct ctx *c, const struct bus_job *job);
MUST_USE struct err *bus_store_retry(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                                     int64_t run_at, struct str why);
MUST_USE struct err *bus_store_bury(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                                    struct str why);

/* After a crash: what was running waits again, one job of each key. */
MUST_USE struct err *bus_store_reset(struct sql_tx *tx, struct ctx *c);

/* What bus_list(), bus_retry() and bus_forget() do. */
MUST_USE struct err *bus_store_list(struct sql_tx *tx, struct ctx *c, int64_t after, int64_t limit,
                                    struct bus_entries *out);
MUST_USE struct err *bus_store_revive(struct sql_tx *tx, struct ctx *c, int64_t id, int64_t now);
MUST_USE struct err *bus_store_forget(struct sql_tx *tx, struct ctx *c, struct str topic,
                                      int64_t key);

MUST_USE struct err *bus_store_stats(struct sql_tx *tx, struct ctx *c, struct str topic,
                                     int64_t now, struct bus_stats *out);

#endif
