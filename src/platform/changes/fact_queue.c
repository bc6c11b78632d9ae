/* Facts in memory: a list, and two counters that tell whose fact was tried. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fact_queue.h"

#include <stdlib.h>
#include <time.h>

#include "clock.h"

struct queued_fact {
    struct queued_fact *next;
    struct fact fact; /* its texts lie behind it */
};

static void init_condition(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(cond, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
}

void fact_queue_init(struct fact_queue *q)
{
    *q = (struct fact_queue){0};
    q->tail = &q->head;
    if (pthread_mutex_init(&q->lock, NULL) != 0)
        abort();
    init_condition(&q->arrived);
    init_condition(&q->tried);
}

static void drop_all(struct fact_queue *q)
{
    for (struct queued_fact *one = q->head, *next; one; one = next) {
        next = one->next;
        free(one);
    }
    q->head = NULL;
    q->tail = &q->head;
    q->count = 0;
    q->done = q->taken;
    pthread_cond_broadcast(&q->tried);
}

void fact_queue_fini(struct fact_queue *q)
{
    drop_all(q);
    pthread_cond_destroy(&q->tried);
    pthread_cond_destroy(&q->arrived);
    pthread_mutex_destroy(&q->lock);
}

static struct str place(char **at, struct str from)
{
    struct str to = {*at, from.len};

    if (from.len)
        memcpy(*at, from.ptr, from.len);
    *at += from.len;
    return to;
}

static struct queued_fact *copy_of(const struct fact *fact)
{
    struct queued_fact *one = malloc(sizeof(*one) + fact->type.len + fact->row.len);

    if (!one)
        abort();
    char *at = (char *)(one + 1);

    *one = (struct queued_fact){.fact = *fact};
    one->fact.type = place(&at, fact->type);
    one->fact.row = place(&at, fact->row);
    return one;
}

void fact_queue_push(struct fact_queue *q, const struct fact *fact)
{
    struct queued_fact *one = copy_of(fact);

    pthread_mutex_lock(&q->lock);
    bool fits = !q->shut && q->count < FACT_QUEUE_MAX;

    if (fits) {
        *q->tail = one;
        q->tail = &one->next;
        q->count++;
        q->taken++;
        pthread_cond_signal(&q->arrived);
    }
    pthread_mutex_unlock(&q->lock);
    if (!fits)
        free(one);
}

static struct timespec time_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / CLOCK_NS_PER_S, .tv_nsec = ns % CLOCK_NS_PER_S};
}

bool fact_queue_wait(struct fact_queue *q, int64_t until_ns)
{
    struct timespec until = time_of(until_ns);

    pthread_mutex_lock(&q->lock);
    while (!q->head && !q->closed && clock_monotonic_ns() < until_ns)
        (void)pthread_cond_timedwait(&q->arrived, &q->lock, &until);
    bool goes_on = !q->closed;

    pthread_mutex_unlock(&q->lock);
    return goes_on;
}

/* The list is cut behind what a batch may hold; the rest stays. */
static struct queued_fact *cut(struct fact_queue *q, size_t *count)
{
    struct queued_fact *first = q->head, **end = &q->head;
    size_t bytes = 0;

    for (*count = 0; *end && *count < FACT_BATCH && bytes < FACT_BATCH_BYTES; (*count)++) {
        bytes += (*end)->fact.row.len;
        end = &(*end)->next;
    }
    q->head = *end;
    if (!q->head)
        q->tail = &q->head;
    *end = NULL;
    q->count -= *count;
    return *count ? first : NULL;
}

struct fact_list fact_queue_take(struct fact_queue *q, struct arena *a)
{
    struct fact_list list = {0};
    size_t count;

    pthread_mutex_lock(&q->lock);
    struct queued_fact *one = cut(q, &count);

    pthread_mutex_unlock(&q->lock);
    list.at = arena_array(a, struct fact, count);
    for (struct queued_fact *next; one; one = next) {
        next = one->next;
        list.at[list.count++] = one->fact;
        arena_defer(a, free, one);
    }
    return list;
}

void fact_queue_tried(struct fact_queue *q, size_t count)
{
    pthread_mutex_lock(&q->lock);
    q->done += count;
    pthread_cond_broadcast(&q->tried);
    pthread_mutex_unlock(&q->lock);
}

void fact_queue_shut(struct fact_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->shut = true;
    drop_all(q);
    pthread_mutex_unlock(&q->lock);
}

void fact_queue_open(struct fact_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->shut = q->closed;
    pthread_mutex_unlock(&q->lock);
}

bool fact_queue_is_shut(struct fact_queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool shut = q->shut;

    pthread_mutex_unlock(&q->lock);
    return shut;
}

void fact_queue_close(struct fact_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = q->shut = true;
    pthread_cond_broadcast(&q->arrived);
    pthread_mutex_unlock(&q->lock);
}

void fact_queue_settle(struct fact_queue *q, int64_t until_ns)
{
    struct timespec until = time_of(until_ns);

    pthread_mutex_lock(&q->lock);
    uint64_t mine = q->taken;

    while (q->done < mine && clock_monotonic_ns() < until_ns)
        (void)pthread_cond_timedwait(&q->tried, &q->lock, &until);
    pthread_mutex_unlock(&q->lock);
}
