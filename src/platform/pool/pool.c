/* A pool: every thread takes the next task and runs it to its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "task_queue.h"

struct pool {
    struct executor base; /* first: an executor is a pool */
    const char *name;
    struct task_queue queue;
    _Atomic size_t busy;
    size_t count;
    pthread_t threads[];
};

static bool submit(struct executor *self, struct task *task)
{
    return task_queue_push(&((struct pool *)self)->queue, task);
}

static void *work(void *arg)
{
    struct pool *pool = arg;

    (void)pthread_setname_np(pthread_self(), pool->name);
    for (struct task *task; (task = task_queue_pop(&pool->queue)) != NULL;) {
        atomic_fetch_add(&pool->busy, 1);
        struct err *e = task->run(task);

        atomic_fetch_sub(&pool->busy, 1);
        task->done(task, e);
    }
    return NULL;
}

struct pool *pool_create(const char *name, size_t threads, size_t queue_max)
{
    struct pool *pool = calloc(1, sizeof(*pool) + threads * sizeof(pool->threads[0]));

    if (!pool)
        abort();
    pool->base.submit = submit;
    pool->name = name;
    task_queue_init(&pool->queue, queue_max);
    for (; pool->count < threads; pool->count++)
        if (pthread_create(&pool->threads[pool->count], NULL, work, pool) != 0)
            abort(); /* at start-up, with nothing to lose */
    return pool;
}

void pool_destroy(struct pool *pool)
{
    if (!pool)
        return;
    task_queue_close(&pool->queue);
    for (size_t i = 0; i < pool->count; i++)
        pthread_join(pool->threads[i], NULL);
    task_queue_fini(&pool->queue);
    free(pool);
}

struct executor *pool_executor(struct pool *pool)
{
    return &pool->base;
}

struct pool_stats pool_stats(struct pool *pool)
{
    return (struct pool_stats){
        .name = pool->name,
        .threads = pool->count,
        .busy = atomic_load(&pool->busy),
        .queued = task_queue_depth(&pool->queue),
        .refused = task_queue_refused(&pool->queue),
    };
}
