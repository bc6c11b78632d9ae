/* Tests of latencies: what is told of them is right to within a bucket. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "latency.h"

static const int64_t VALUES = 100000;

static void assert_near(int64_t value, int64_t wanted)
{
    assert_true(value >= wanted && value <= wanted + wanted / LATENCY_STEPS + 1);
}

static void quantiles_are_right_to_within_a_bucket(void **state)
{
    static const int64_t scales[] = {1, 1000, 1000000};

    (void)state;
    for (size_t s = 0; s < COUNT(scales); s++) {
        struct latency l = {0};

        for (int64_t i = 1; i <= VALUES; i++)
            latency_add(&l, i * scales[s]);
        assert_near(latency_at(&l, 0.5), VALUES / 2 * scales[s]);
        assert_near(latency_at(&l, 0.99), VALUES / 100 * 99 * scales[s]);
        assert_near(latency_at(&l, 0.999), VALUES / 1000 * 999 * scales[s]);
        assert_int_equal(latency_at(&l, 1), VALUES * scales[s]);
    }
}

static void one_slow_answer_in_a_hundred_is_not_the_99th(void **state)
{
    struct latency l = {0};

    (void)state;
    for (int i = 0; i < 99; i++)
        latency_add(&l, 1000);
    latency_add(&l, 1000000000);
    assert_near(latency_at(&l, 0.99), 1000);
    assert_int_equal(latency_at(&l, 0.999), 1000000000);
    assert_int_equal(l.max_ns, 1000000000);
}

static void nothing_was_measured_is_zero(void **state)
{
    struct latency l = {0};

    (void)state;
    assert_int_equal(latency_at(&l, 0.99), 0);
}

static void what_lies_beyond_is_counted_all_the_same(void **state)
{
    struct latency l = {0};

    (void)state;
    latency_add(&l, -5);
    latency_add(&l, INT64_MAX);
    assert_int_equal(l.count, 2);
    assert_int_equal(latency_at(&l, 0.1), 0);
    assert_true(latency_at(&l, 1) > 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_right_to_within_a_bucket),
        cmocka_unit_test(one_slow_answer_in_a_hundred_is_not_the_99th),
        cmocka_unit_test(nothing_was_measured_is_zero),
        cmocka_unit_test(what_lies_beyond_is_counted_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
