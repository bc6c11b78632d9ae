/* Tests of the connections that only read, when all of them are lent. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <semaphore.h>

#include "clock.h"
#include "scratch_db.h"

struct holder {
    struct sql *db;
    sem_t has_it, may_go;
};

/* A database with one reading connection, and a thread that has it. */
struct one_reader {
    struct arena arena;
    struct ctx ctx;
    struct holder holder;
    pthread_t thread;
};

static struct err *hold(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct holder *h = arg;

    (void)tx, (void)c;
    (void)sem_post(&h->has_it);
    (void)sem_wait(&h->may_go);
    return NULL;
}

static void *read_and_hold(void *arg)
{
    struct holder *h = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    assert_null(sql_read(h->db, &c, hold, h));
    arena_fini(&arena);
    return NULL;
}

static struct err *nothing(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)tx, (void)c, (void)arg;
    return NULL;
}

static int setup(void **state)
{
    struct one_reader *one = fixture_new(state, sizeof(*one));
    struct ctx *c = &one->ctx;
    struct sql_options options = sql_defaults;

    c->arena = &one->arena;
    options.durable = false;
    options.readers_max = 1;
    assert_ok(c, sql_open(c, arena_str(c->arena, "%s/test.db", scratch_dir(c->arena).ptr), &options,
                          &one->holder.db));
    assert_int_equal(sem_init(&one->holder.has_it, 0, 0), 0);
    assert_int_equal(sem_init(&one->holder.may_go, 0, 0), 0);
    assert_int_equal(pthread_create(&one->thread, NULL, read_and_hold, &one->holder), 0);
    assert_int_equal(sem_wait(&one->holder.has_it), 0);
    return 0;
}

static int teardown(void **state)
{
    struct one_reader *one = *state;

    pthread_join(one->thread, NULL);
    sql_close(one->holder.db);
    return fixture_end(state);
}

static void who_finds_all_of_them_busy_gives_up_at_his_deadline(void **state)
{
    struct one_reader *one = *state;
    struct ctx *c = &one->ctx;

    c->deadline_ns = clock_monotonic_ns() + CLOCK_NS_PER_MS;
    assert_err(sql_read(one->holder.db, c, nothing, NULL), ERR_TIMEOUT);
    assert_int_equal(sql_stats(one->holder.db).readers_busy, 1);
    (void)sem_post(&one->holder.may_go);
}

static void who_has_no_deadline_waits_for_his_turn(void **state)
{
    struct one_reader *one = *state;

    (void)sem_post(&one->holder.may_go);
    assert_ok(&one->ctx, sql_read(one->holder.db, &one->ctx, nothing, NULL));
    assert_int_equal(sql_stats(one->holder.db).readers_open, 1);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(who_finds_all_of_them_busy_gives_up_at_his_deadline),
        CASE(who_has_no_deadline_waits_for_his_turn),
    };

    return cmocka_run_group_tests_name("sql_readers", tests, NULL, NULL);
}
