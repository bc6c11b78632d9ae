/* Facts that were just committed, in memory, and those who wait until they were tried. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FACT_QUEUE_H
#define FACT_QUEUE_H

#include <pthread.h>

#include "outbox.h"

enum {
    FACT_QUEUE_MAX = 4096, /* facts in memory: what is beyond waits in the table */
    FACT_BATCH = 256,      /* facts that one call carries */
    FACT_BATCH_BYTES = 1 << 20,
};

/* One mutex guards all of it; any thread may call any function. */
struct fact_queue {
    pthread_mutex_t lock;
    pthread_cond_t arrived, tried;
    struct queued_fact *head, **tail;
    size_t count;
    uint64_t taken, done; /* facts ever let in, and those that were tried */
    bool shut;            /* nothing is let in: the destination does not answer, or all ends */
    bool closed;
};

void fact_queue_init(struct fact_queue *q);
void fact_queue_fini(struct fact_queue *q);

/* A copy joins, unless the queue is full or shut: then the table has it. */
void fact_queue_push(struct fact_queue *q, const struct fact *fact);

/* Waits until there is something, the queue is closed, or until_ns (CLOCK_MONOTONIC). False: it is
 * closed. */
bool fact_queue_wait(struct fact_queue *q, int64_t until_ns);

/* Takes a batch, oldest first, into the arena. It counts as tried with fact_queue_tried(). */
struct fact_list fact_queue_take(struct fact_queue *q, struct arena *a);
void fact_queue_tried(struct fact_queue *q, size_t count);

/* Lets go of all that is in it and of all who wait, and lets nothing in until it is opened. */
void fact_queue_shut(struct fact_queue *q);
void fact_queue_open(struct fact_queue *q);
bool fact_queue_is_shut(struct fact_queue *q);

/* Ends the waiting of its owner; what is in it can still be taken. */
void fact_queue_close(struct fact_queue *q);

/* Waits until all that is in it now was tried, or until_ns. */
void fact_queue_settle(struct fact_queue *q, int64_t until_ns);

#endif
