/* A bounded queue of tasks: a linked list, a mutex, a condition. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "task_queue.h"

#include <stdlib.h>
#include <time.h>

#include "clock.h"

void task_queue_init(struct task_queue *q, size_t max)
{
    pthread_condattr_t attr;

    *q = (struct task_queue){.max = max};
    q->tail = &q->head;
    if (pthread_mutex_init(&q->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&q->arrived, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
}

void task_queue_fini(struct task_queue *q)
{
    pthread_cond_destroy(&q->arrived);
    pthread_mutex_destroy(&q->lock);
}

bool task_queue_push(struct task_queue *q, struct task *task)
{
    pthread_mutex_lock(&q->lock);
    bool fits = !q->closed && q->count < q->max;
    bool wake = fits && q->sleeping > 0;

    if (fits) {
        task->next = NULL;
        *q->tail = task;
        q->tail = &task->next;
        q->count++;
    } else {
        q->refused++;
    }
    pthread_mutex_unlock(&q->lock);
    if (wake)
        pthread_cond_signal(&q->arrived);
    return fits;
}

static void wait_for_one(struct task_queue *q)
{
    while (!q->head && !q->closed) {
        q->sleeping++;
        pthread_cond_wait(&q->arrived, &q->lock);
        q->sleeping--;
    }
}

struct task *task_queue_pop_many(struct task_queue *q, size_t max)
{
    struct task *first, **end = &first;

    pthread_mutex_lock(&q->lock);
    wait_for_one(q);
    first = q->head;
    while (*end && max > 0) {
        end = &(*end)->next;
        max--;
        q->count--;
    }
    q->head = *end;
    *end = NULL;
    if (!q->head)
        q->tail = &q->head;
    pthread_mutex_unlock(&q->lock);
    return first;
}

bool task_queue_wait(struct task_queue *q, int64_t until_ns)
{
    const struct timespec until = {until_ns / CLOCK_NS_PER_S, until_ns % CLOCK_NS_PER_S};
    bool in_time = true;

    pthread_mutex_lock(&q->lock);
    q->sleeping++;
    while (!q->head && !q->closed && in_time)
        in_time = pthread_cond_timedwait(&q->arrived, &q->lock, &until) == 0;
    q->sleeping--;
    bool found = q->head || q->closed;

    pthread_mutex_unlock(&q->lock);
    return found;
}

struct task *task_queue_pop(struct task_queue *q)
{
    return task_queue_pop_many(q, 1);
}

void task_queue_close(struct task_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_mutex_unlock(&q->lock);
    pthread_cond_broadcast(&q->arrived);
}

size_t task_queue_depth(struct task_queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t count = q->count;

    pthread_mutex_unlock(&q->lock);
    return count;
}

uint64_t task_queue_refused(struct task_queue *q)
{
    pthread_mutex_lock(&q->lock);
    uint64_t refused = q->refused;

    pthread_mutex_unlock(&q->lock);
    return refused;
}
