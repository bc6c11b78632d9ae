/* Requests between the threads that read them and those that run them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_server_queue.h"

void rpc_server_queue_init(struct rpc_server_queue *q, size_t max)
{
    *q = (struct rpc_server_queue){.max = max};
    q->tail = &q->head;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->arrived, NULL);
}

void rpc_server_queue_fini(struct rpc_server_queue *q)
{
    pthread_cond_destroy(&q->arrived);
    pthread_mutex_destroy(&q->lock);
}

static void put(struct rpc_server_queue *q, struct rpc_server_call *call)
{
    call->next = NULL;
    *q->tail = call;
    q->tail = &call->next;
    q->count++;
}

/* One worker is woken; it wakes the next as long as there is more (see take()). */
struct rpc_server_call *rpc_server_queue_push(struct rpc_server_queue *q,
                                              struct rpc_server_call *calls)
{
    pthread_mutex_lock(&q->lock);
    for (struct rpc_server_call *next; calls && q->count < q->max; calls = next) {
        next = calls->next;
        put(q, calls);
    }
    bool wake = q->idle > 0 && q->head;

    pthread_mutex_unlock(&q->lock);
    if (wake)
        pthread_cond_signal(&q->arrived);
    return calls;
}

void rpc_server_queue_insist(struct rpc_server_queue *q, struct rpc_server_call *call)
{
    pthread_mutex_lock(&q->lock);
    put(q, call);
    bool wake = q->idle > 0;

    pthread_mutex_unlock(&q->lock);
    if (wake)
        pthread_cond_signal(&q->arrived);
}

static struct rpc_server_call *take(struct rpc_server_queue *q)
{
    struct rpc_server_call *call = q->head;

    if (!call)
        return NULL;
    q->head = call->next;
    if (!q->head)
        q->tail = &q->head;
    call->next = NULL;
    q->count--;
    if (q->head && q->idle)
        pthread_cond_signal(&q->arrived);
    return call;
}

struct rpc_server_call *rpc_server_queue_wait(struct rpc_server_queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->head && !q->closed) {
        q->idle++;
        pthread_cond_wait(&q->arrived, &q->lock);
        q->idle--;
    }
    struct rpc_server_call *call = take(q);

    pthread_mutex_unlock(&q->lock);
    return call;
}

struct rpc_server_call *rpc_server_queue_take(struct rpc_server_queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct rpc_server_call *call = take(q);

    pthread_mutex_unlock(&q->lock);
    return call;
}

void rpc_server_queue_close(struct rpc_server_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->arrived);
    pthread_mutex_unlock(&q->lock);
}

size_t rpc_server_queue_depth(struct rpc_server_queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t count = q->count;

    pthread_mutex_unlock(&q->lock);
    return count;
}
