/* Tests of what counts as late. Times are those of two clocks that agree on nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "clock.h"
#include "rpc_transit.h"

static const int64_t BEGAN = 1000 * CLOCK_NS_PER_S, MS = CLOCK_NS_PER_MS, S = CLOCK_NS_PER_S;

static struct rpc_transit begun(void)
{
    struct rpc_transit t;

    rpc_transit_begin(&t, BEGAN);
    return t;
}

/* Of a request that is sent `age` after the connection was made and takes `way`. */
static int64_t late(struct rpc_transit *t, int64_t age, int64_t way)
{
    return rpc_transit_late(t, BEGAN + age + way, age);
}

static void the_first_request_is_late_by_its_way(void **state)
{
    struct rpc_transit t = begun();

    (void)state;
    assert_int_equal(late(&t, 0, 3 * S), 3 * S);
}

static void requests_that_take_as_long_as_others_are_not_late(void **state)
{
    struct rpc_transit t = begun();

    (void)state;
    assert_int_equal(late(&t, 1 * S, 0), 0);
    assert_int_equal(late(&t, 2 * S, 0), 0);
    assert_int_equal(late(&t, 3 * S, 40 * MS), 40 * MS);
    assert_int_equal(late(&t, 4 * S, 0), 0);
}

/* When a connection began is known to a few milliseconds only. */
static void a_sender_that_is_ahead_is_not_late(void **state)
{
    struct rpc_transit t = begun();

    (void)state;
    assert_int_equal(late(&t, 1 * S, -20 * MS), 0);
    assert_int_equal(late(&t, 2 * S, -20 * MS), 0);
    assert_int_equal(late(&t, 3 * S, 980 * MS), 1 * S);
}

static void a_clock_that_drifts_makes_nothing_late(void **state)
{
    struct rpc_transit t = begun();

    (void)state;
    for (int64_t minute = 0; minute < 60; minute++)
        assert_true(late(&t, minute * 60 * S, minute * 6 * MS) <= 18 * MS);
}

static void what_comes_after_a_long_silence_is_still_late(void **state)
{
    struct rpc_transit t = begun();

    (void)state;
    assert_int_equal(late(&t, 1 * S, 0), 0);
    assert_int_equal(late(&t, 600 * S, 5 * S), 5 * S);
    assert_int_equal(late(&t, 601 * S, 4 * S), 4 * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_request_is_late_by_its_way),
        TEST(requests_that_take_as_long_as_others_are_not_late),
        TEST(a_sender_that_is_ahead_is_not_late),
        TEST(a_clock_that_drifts_makes_nothing_late),
        TEST(what_comes_after_a_long_silence_is_still_late),
    };

    return cmocka_run_group_tests_name("rpc_transit", tests, NULL, NULL);
}
