/* A bounded queue of tasks between the threads that submit and those that run. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASK_QUEUE_H
#define TASK_QUEUE_H

#include <pthread.h>

#include "executor.h"

/* First in, first out; one mutex guards all of it. Any thread may call any function. */
struct task_queue {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct task *head, **tail;
    size_t count, max, sleeping;
    uint64_t refused; /* pushes that found it full */
    bool closed;
};

void task_queue_init(struct task_queue *q, size_t max);
void task_queue_fini(struct task_queue *q);

/* False: full, or closed. */
MUST_USE bool task_queue_push(struct task_queue *q, struct task *task);

/* Waits for the next task; NULL once the queue is closed and empty. */
struct task *task_queue_pop(struct task_queue *q);

/* Waits likewise, and takes up to `max` tasks at once, linked by next, oldest first. */
struct task *task_queue_pop_many(struct task_queue *q, size_t max);

/* Waits until there is something to take, the queue is closed, or `until_ns` (CLOCK_MONOTONIC) has
 * come: only then false. */
bool task_queue_wait(struct task_queue *q, int64_t until_ns);

/* Nothing more is taken in; what waits is still handed out. */
void task_queue_close(struct task_queue *q);

size_t task_queue_depth(struct task_queue *q);
uint64_t task_queue_refused(struct task_queue *q);

#endif
