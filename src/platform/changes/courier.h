/* Brings facts from this service's outbox to one that follows them, until it has them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COURIER_H
#define COURIER_H

#include "changes.h"
#include "changes_api.h"
#include "sql.h"

struct fact;
struct lock;
struct log;

struct courier_options {
    const char *source;      /* the service whose facts these are: "favorite" */
    const char *destination; /* the one that follows them: "video" */
    struct sql *db;          /* borrowed, as are the others: where the outbox is */
    struct changes_api *to;
    struct log *log;   /* NULL: nothing is said */
    int64_t apply_ms;  /* deadline of one call */
    int64_t settle_ms; /* a request waits no longer than that for its own facts */
    int64_t sweep_ms;  /* between two looks into the outbox */
    int64_t age_ms;    /* what is younger is left to whoever wrote it */
    int64_t pause_ms;  /* after the first failure; doubles, up to pause_max_ms */
    int64_t pause_max_ms;
    struct lock *sweeping; /* borrowed: instances that share it sweep one at a time; NULL: all do */
};
extern const struct courier_options courier_defaults;

/*
 * One thread. Facts that were just committed go out at once, in batches of whatever waits, and
 * whoever wrote them can wait for that. When the destination does not answer nobody waits, and the
 * facts stay in the outbox: the sweep brings them later, also those that another instance left
 * behind. At least once, so the destination remembers which it has (inbox.h). Any thread may call
 * any function.
 */
struct courier;

struct courier *courier_create(const struct courier_options *options);
MUST_USE struct err *courier_start(struct courier *k, struct ctx *c);

/* Tries what was just committed once more and ends. What is not there yet stays in the outbox. */
void courier_destroy(struct courier *k); /* NULL is fine; one that was never started too */

/* Inside the transaction: `fact` joins the outbox, and goes out when that has been committed. */
MUST_USE struct err *courier_take(struct courier *k, struct sql_tx *tx, struct ctx *c,
                                  struct fact *fact);

/* Is its destination the service whose facts it takes? */
bool courier_goes_home(const struct courier *k);

/* Waits until the facts that were committed so far were tried: done, or left to the sweep. */
void courier_settle(struct courier *k, struct ctx *c);

struct courier_stats {
    const char *destination;
    int64_t waiting; /* rows in the outbox, up to OUTBOX_COUNT_MAX */
    int64_t oldest_ms;
    uint64_t delivered, calls, failed; /* facts; calls; calls that failed */
    uint64_t refused; /* facts that the destination does not understand, each time it said so */
    bool down;
};
MUST_USE struct err *courier_stats(struct courier *k, struct ctx *c, struct courier_stats *out);

#endif
