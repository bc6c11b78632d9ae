/* Tests of rate limits: bursts, refilling, and who shares what. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>

#include "clock.h"
#include "fixture.h"
#include "rate_limits.h"
#include "test_clock.h"

enum { UPLOADS = 40, UPLOAD_EVERY_S = 30, WRITES = 120, LOGINS = 10, THREADS = 4, NAMES = 100000 };

static const struct rate_limits_options few = {
    .enabled = true, .requests_per_second = 3, .requests_burst = 7};

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct rate_limits *r;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->r = rate_limits_create(&few);
    test_clock_skip(CLOCK_NS_PER_S); /* the clock runs; tests skip by far more than they last */
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    rate_limits_destroy(f->r);
    test_clock_run();
    return fixture_end(state);
}

static struct err *take(struct fixture *f, enum rate_limit_kind kind, const char *who)
{
    return rate_limits_take(f->r, &f->ctx, kind, str_of(who));
}

/* How many are let through until one is refused. */
static size_t drain(struct fixture *f, enum rate_limit_kind kind, const char *who)
{
    size_t taken = 0;

    while (!take(f, kind, who))
        taken++;
    return taken;
}

static void let_pass(int64_t seconds)
{
    test_clock_skip(seconds * CLOCK_NS_PER_S);
}

static void a_burst_is_let_through_and_then_no_more(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(drain(f, RATE_UPLOAD, "ann"), UPLOADS);
    struct err *e = take(f, RATE_UPLOAD, "ann");

    assert_err(e, ERR_EXHAUSTED);
    assert_string_equal(e->reason, "rate_limited");
    assert_true(e->retry_after_s > 0 && e->retry_after_s <= UPLOAD_EVERY_S);
    assert_int_equal(rate_limits_refused(f->r, RATE_UPLOAD), 2);
    assert_int_equal(rate_limits_refused(f->r, RATE_WRITE), 0);
}

static void a_bucket_fills_up_with_time_and_not_beyond(void **state)
{
    struct fixture *f = *state;

    drain(f, RATE_UPLOAD, "ann");
    let_pass(UPLOAD_EVERY_S);
    assert_int_equal(drain(f, RATE_UPLOAD, "ann"), 1);
    let_pass((int64_t)3 * UPLOAD_EVERY_S);
    assert_int_equal(drain(f, RATE_UPLOAD, "ann"), 3);
    let_pass((int64_t)1000 * UPLOADS * UPLOAD_EVERY_S);
    assert_int_equal(drain(f, RATE_UPLOAD, "ann"), UPLOADS);
}

static void whoever_waits_as_told_is_let_through(void **state)
{
    struct fixture *f = *state;

    drain(f, RATE_UPLOAD, "ann");
    struct err *e = take(f, RATE_UPLOAD, "ann");

    assert_non_null(e);
    let_pass(e->retry_after_s);
    assert_ok(&f->ctx, take(f, RATE_UPLOAD, "ann"));
}

static void asking_while_refused_costs_nothing(void **state)
{
    struct fixture *f = *state;

    drain(f, RATE_UPLOAD, "ann");
    for (size_t i = 0; i < UPLOADS; i++)
        assert_non_null(take(f, RATE_UPLOAD, "ann"));
    let_pass(UPLOAD_EVERY_S);
    assert_ok(&f->ctx, take(f, RATE_UPLOAD, "ann"));
}

static void people_and_kinds_have_buckets_of_their_own(void **state)
{
    struct fixture *f = *state;

    drain(f, RATE_UPLOAD, "ann");
    assert_int_equal(drain(f, RATE_UPLOAD, "bob"), UPLOADS);
    assert_true(drain(f, RATE_WRITE, "ann") >= WRITES); /* refills while it is drained */
    assert_non_null(take(f, RATE_UPLOAD, "ann"));
}

static void a_check_takes_nothing(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < (size_t)2 * LOGINS; i++)
        assert_ok(&f->ctx,
                  rate_limits_check(f->r, &f->ctx, RATE_LOGIN_ACCOUNT, STR("10.0.0.1 ann")));
    assert_int_equal(drain(f, RATE_LOGIN_ACCOUNT, "10.0.0.1 ann"), LOGINS);
    assert_err(rate_limits_check(f->r, &f->ctx, RATE_LOGIN_ACCOUNT, STR("10.0.0.1 ann")),
               ERR_EXHAUSTED);
    assert_ok(&f->ctx, rate_limits_check(f->r, &f->ctx, RATE_LOGIN_ACCOUNT, STR("10.0.0.2 ann")));
}

static void what_is_switched_off_refuses_nothing(void **state)
{
    struct fixture *f = *state;
    struct rate_limits *off = rate_limits_create(&(struct rate_limits_options){0});

    for (size_t i = 0; i < (size_t)2 * UPLOADS; i++)
        assert_ok(&f->ctx, rate_limits_take(off, &f->ctx, RATE_UPLOAD, STR("ann")));
    assert_int_equal(rate_limits_refused(off, RATE_UPLOAD), 0);
    rate_limits_destroy(off);
    rate_limits_destroy(NULL);
}

static void requests_are_limited_as_was_set(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(drain(f, RATE_REQUEST, "10.0.0.1"), few.requests_burst);
    let_pass(1);
    assert_int_equal(drain(f, RATE_REQUEST, "10.0.0.1"), few.requests_per_second);
}

static void routes_without_a_limit_are_never_refused(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < 10000; i++)
        assert_ok(&f->ctx, take(f, RATE_NONE, "ann"));
}

/* The table does not grow; whoever comes new starts with a full bucket. */
static void a_crowd_of_strangers_is_let_through(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < NAMES; i++) {
        assert_null(take(f, RATE_UPLOAD, arena_printf(&f->arena, "stranger %d", i)));
        arena_reset(&f->arena);
    }
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (int kind = RATE_NONE + 1; kind < RATE_KINDS; kind++)
        assert_non_null(rate_limits_name((enum rate_limit_kind)kind));
}

static void *drain_too(void *arg)
{
    struct fixture f = {.r = arg, .ctx = {.arena = &f.arena}};
    size_t taken = drain(&f, RATE_UPLOAD, "ann");

    arena_fini(&f.arena);
    return (void *)(uintptr_t)taken; /* a number in a pointer's place */
}

static void threads_share_a_bucket(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[THREADS];
    size_t sum = 0;

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, drain_too, f->r), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *taken;

        assert_int_equal(pthread_join(threads[i], &taken), 0);
        sum += (uintptr_t)taken;
    }
    assert_int_equal(sum, UPLOADS);
}

#define LIMITS_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        LIMITS_TEST(a_burst_is_let_through_and_then_no_more),
        LIMITS_TEST(a_bucket_fills_up_with_time_and_not_beyond),
        LIMITS_TEST(whoever_waits_as_told_is_let_through),
        LIMITS_TEST(asking_while_refused_costs_nothing),
        LIMITS_TEST(people_and_kinds_have_buckets_of_their_own),
        LIMITS_TEST(a_check_takes_nothing),
        LIMITS_TEST(what_is_switched_off_refuses_nothing),
        LIMITS_TEST(requests_are_limited_as_was_set),
        LIMITS_TEST(routes_without_a_limit_are_never_refused),
        LIMITS_TEST(a_crowd_of_strangers_is_let_through),
        LIMITS_TEST(every_kind_has_a_name),
        LIMITS_TEST(threads_share_a_bucket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
