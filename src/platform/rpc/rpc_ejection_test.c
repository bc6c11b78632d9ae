/* Tests of instances that are silent, slow or away: left for another, left out, and back again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "peers_fixture.h"

static struct rpc_peers_stats stats(struct peers_fixture *f)
{
    return rpc_peers_stats(f->peers);
}

/* ---- silence ---- */

static void a_read_leaves_a_silent_instance_for_another(void **state)
{
    struct peers_fixture *f = *state;

    f->options.patience_ms = 20;
    peers_renew(f, 2);
    atomic_store(&f->at[0].held, true);
    for (int i = 0; i < 2; i++)
        assert_ok(&f->ctx, peers_read(f));
    assert_true(atomic_load(&f->at[1].calls) >= 1);
    assert_true(stats(f).retries >= 1);
}

static void *write_once(void *arg)
{
    struct peers_fixture *f = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct kit_leaf resp = {0};
    struct err *e = kit_register(f->stub, &c, &(struct kit_empty){0}, &resp);

    arena_fini(&arena);
    return e ? NULL : f;
}

/* Reads that leave the same instance show that there was time for it. */
static void a_write_waits_for_a_silent_instance(void **state)
{
    struct peers_fixture *f = *state;
    pthread_t writer;
    void *well = NULL;

    f->options.patience_ms = 1;
    f->options.eject_after = 1000;
    peers_renew(f, 1);
    atomic_store(&f->at[0].held, true);
    assert_int_equal(pthread_create(&writer, NULL, write_once, f), 0);
    eventually(atomic_load(&f->at[0].waiting) == 1);
    peers_use(f, 2);
    while (stats(f).retries < 15)
        assert_ok(&f->ctx, peers_read(f));
    atomic_store(&f->at[0].held, false);
    pthread_join(writer, &well);
    assert_ptr_equal(well, f);
    assert_int_equal(atomic_load(&f->at[0].writes) + atomic_load(&f->at[1].writes), 1);
}

/* Who waits for it goes on waiting; the next ones need not. */
static void writes_that_wait_have_a_silent_instance_left_out(void **state)
{
    struct peers_fixture *f = *state;
    pthread_t writers[2];
    void *well = NULL;

    f->options.patience_ms = 1;
    f->options.eject_after = COUNT(writers);
    f->options.eject_ms = 60000;
    peers_renew(f, 2);
    while (atomic_load(&f->at[1].writes) == 0)
        assert_ok(&f->ctx, peers_write(f)); /* then it is the turn of the first one */
    atomic_store(&f->at[0].held, true);
    for (size_t i = 0; i < COUNT(writers); i++) {
        assert_int_equal(pthread_create(&writers[i], NULL, write_once, f), 0);
        eventually(stats(f).in_flight == i + 1);
        if (stats(f).ejected == 0)
            assert_ok(&f->ctx, peers_write(f));
    }
    eventually(stats(f).ejected == 1);
    for (int i = 0; i < 3; i++)
        assert_ok(&f->ctx, peers_write(f));
    assert_int_equal(stats(f).in_flight, COUNT(writers));
    atomic_store(&f->at[0].held, false);
    for (size_t i = 0; i < COUNT(writers); i++) {
        pthread_join(writers[i], &well);
        assert_ptr_equal(well, f);
    }
}

static void nobody_waits_longer_than_the_deadline(void **state)
{
    struct peers_fixture *f = *state;

    f->options.eject_after = 1;
    peers_renew(f, 1);
    atomic_store(&f->at[0].held, true);
    f->ctx.deadline_ns = clock_monotonic_ns() + 30 * (int64_t)CLOCK_NS_PER_MS;
    assert_err(peers_read(f), ERR_TIMEOUT);
    assert_err(peers_write(f), ERR_TIMEOUT);
    assert_int_equal(stats(f).ejections, 0); /* there was no time to be patient */
}

static void a_silent_instance_is_ejected_even_when_it_is_the_last(void **state)
{
    struct peers_fixture *f = *state;

    f->options.patience_ms = 5;
    f->options.call_ms = 20;
    f->options.eject_after = 2;
    f->options.eject_ms = 60000;
    peers_renew(f, 1);
    atomic_store(&f->at[0].held, true);
    for (int i = 0; i < 2; i++)
        assert_err(peers_read(f), ERR_TIMEOUT);
    peers_assert_down(peers_read(f));
    assert_int_equal(stats(f).ejected, 1);
}

/* ---- left out, and back ---- */

static void who_fails_too_often_is_left_out(void **state)
{
    struct peers_fixture *f = *state;

    f->options.eject_ms = 60000;
    peers_renew(f, 2);
    atomic_store(&f->at[0].fails, ERR_UNAVAILABLE);
    for (int i = 0; i < 20; i++)
        assert_ok(&f->ctx, peers_read(f));
    assert_int_equal(atomic_load(&f->at[0].calls), f->options.eject_after);
    assert_int_equal(stats(f).ejections, 1);
    assert_int_equal(stats(f).ejected, 1);
}

static void who_is_well_again_comes_back(void **state)
{
    struct peers_fixture *f = *state;

    peers_use(f, 2);
    instance_stop(&f->at[0]);
    while (stats(f).ejected == 0)
        assert_ok(&f->ctx, peers_write(f));
    instance_start(f, &f->at[0]);
    eventually(stats(f).ejected == 0);
    int before = atomic_load(&f->at[0].calls);
    for (int i = 0; i < 2; i++)
        assert_ok(&f->ctx, peers_write(f));
    assert_int_equal(atomic_load(&f->at[0].calls), before + 1);
}

static void who_does_not_say_that_it_serves_stays_out(void **state)
{
    struct peers_fixture *f = *state;

    peers_use(f, 2);
    rpc_role_serving(f->at[0].role, false);
    atomic_store(&f->at[0].fails, ERR_UNAVAILABLE);
    while (stats(f).ejected == 0)
        assert_ok(&f->ctx, peers_read(f));
    atomic_store(&f->at[0].fails, 0);
    uint64_t asked = rpc_server_stats(f->at[0].server).calls;
    eventually(rpc_server_stats(f->at[0].server).calls > asked + 3);
    assert_int_equal(stats(f).ejected, 1);
    rpc_role_serving(f->at[0].role, true);
    eventually(stats(f).ejected == 0);
}

static void the_last_one_that_answers_is_not_left_out(void **state)
{
    struct peers_fixture *f = *state;

    peers_use(f, 1);
    atomic_store(&f->at[0].fails, ERR_UNAVAILABLE);
    for (int i = 0; i < 20; i++)
        assert_string_equal(err_root(peers_read(f))->msg, "told to fail");
    assert_int_equal(stats(f).ejections, 0);
}

static void the_last_one_is_left_out_when_it_cannot_be_reached(void **state)
{
    struct peers_fixture *f = *state;

    f->options.eject_ms = 60000;
    peers_renew(f, 1);
    instance_stop(&f->at[0]);
    for (int i = 0; i < f->options.eject_after; i++)
        peers_assert_down(peers_write(f));
    assert_int_equal(stats(f).ejected, 1);
    assert_string_equal(peers_write(f)->msg, "kit is down");
}

static void answers_that_are_far_slower_eject(void **state)
{
    struct peers_fixture *f = *state;
    struct peers_caller callers[12];

    f->options.eject_ms = 60000;
    peers_renew(f, 2);
    atomic_store(&f->at[0].slow_ms, 250);
    peers_callers_start(f, callers, COUNT(callers), 0);
    peers_callers_join(callers, COUNT(callers));
    int before = atomic_load(&f->at[0].calls);
    assert_ok(&f->ctx, peers_read(f));
    assert_ok(&f->ctx, peers_read(f));
    assert_int_equal(atomic_load(&f->at[0].calls), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEERS_TEST(a_read_leaves_a_silent_instance_for_another),
        PEERS_TEST(a_write_waits_for_a_silent_instance),
        PEERS_TEST(writes_that_wait_have_a_silent_instance_left_out),
        PEERS_TEST(nobody_waits_longer_than_the_deadline),
        PEERS_TEST(a_silent_instance_is_ejected_even_when_it_is_the_last),
        PEERS_TEST(who_fails_too_often_is_left_out),
        PEERS_TEST(who_is_well_again_comes_back),
        PEERS_TEST(who_does_not_say_that_it_serves_stays_out),
        PEERS_TEST(the_last_one_that_answers_is_not_left_out),
        PEERS_TEST(the_last_one_is_left_out_when_it_cannot_be_reached),
        PEERS_TEST(answers_that_are_far_slower_eject),
    };

    return cmocka_run_group_tests_name("rpc_ejection", tests, NULL, NULL);
}
