/* Tests of pool: everything accepted runs, and a full queue says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "pool.h"

enum { TASKS = 1000 };

static struct arena arena;
static struct ctx ctx = {.arena = &arena};
static _Atomic int ran, answered;
static sem_t gate;

static struct err *count_run(struct task *task)
{
    (void)task;
    atomic_fetch_add(&ran, 1);
    return NULL;
}

static struct err *wait_at_gate(struct task *task)
{
    (void)task;
    (void)sem_wait(&gate);
    return NULL;
}

static struct err *fail_always(struct task *task)
{
    return err_new(task->c, ERR_NOT_FOUND, "nothing here");
}

static void count_done(struct task *task, struct err *e)
{
    (void)task;
    if (!e || e->code == ERR_NOT_FOUND)
        atomic_fetch_add(&answered, 1);
}

static void everything_accepted_has_run_when_the_pool_ends(void **state)
{
    static struct task tasks[TASKS];
    struct pool *pool = pool_create("test", 3, TASKS);

    (void)state;
    for (int i = 0; i < TASKS; i++) {
        tasks[i] = (struct task){.c = &ctx, .run = count_run, .done = count_done};
        assert_true(executor_submit(pool_executor(pool), &tasks[i]));
    }
    pool_destroy(pool);
    assert_int_equal(atomic_load(&ran), TASKS);
    assert_int_equal(atomic_load(&answered), TASKS);
}

static void a_full_queue_refuses_at_once(void **state)
{
    struct task tasks[4];
    struct pool *pool = pool_create("test", 1, 2);
    int accepted = 0;

    (void)state;
    assert_int_equal(sem_init(&gate, 0, 0), 0);
    tasks[0] = (struct task){.c = &ctx, .run = wait_at_gate, .done = count_done};
    assert_true(executor_submit(pool_executor(pool), &tasks[0]));
    while (pool_stats(pool).busy == 0) /* the only thread is taken now */
        continue;
    for (int i = 1; i < 4; i++) {
        tasks[i] = (struct task){.c = &ctx, .run = count_run, .done = count_done};
        accepted += executor_submit(pool_executor(pool), &tasks[i]);
    }
    assert_int_equal(accepted, 2);
    assert_int_equal(pool_stats(pool).queued, 2);
    assert_int_equal(pool_stats(pool).refused, 1);
    (void)sem_post(&gate);
    pool_destroy(pool);
}

static void the_answer_carries_the_failure(void **state)
{
    struct task task = {.c = &ctx, .run = fail_always, .done = count_done};
    struct pool *pool = pool_create("test", 1, 1);
    int before = atomic_load(&answered);

    (void)state;
    assert_true(executor_submit(pool_executor(pool), &task));
    pool_destroy(pool);
    assert_int_equal(atomic_load(&answered), before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_accepted_has_run_when_the_pool_ends),
        TEST(a_full_queue_refuses_at_once),
        TEST(the_answer_carries_the_failure),
    };
    int failed = cmocka_run_group_tests_name("pool", tests, NULL, NULL);

    arena_fini(&arena);
    return failed;
}
