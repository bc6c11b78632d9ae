/* Tests of what is concluded from the calls of one instance, and of the budget of retries. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "clock.h"
#include "rpc_budget.h"
#include "rpc_record.h"

static const struct rpc_record_rules rules = {.eject_after = 3, .eject_ms = 1000};
static const int64_t MS = CLOCK_NS_PER_MS;

static void failures_in_a_row_are_too_many_at_last(void **state)
{
    struct rpc_record r = {0};

    (void)state;
    assert_false(rpc_record_failed(&r, &rules));
    assert_false(rpc_record_failed(&r, &rules));
    assert_true(rpc_record_failed(&r, &rules));
}

static void an_answer_forgives_earlier_failures(void **state)
{
    struct rpc_record r = {0};

    (void)state;
    (void)rpc_record_failed(&r, &rules);
    (void)rpc_record_failed(&r, &rules);
    rpc_record_answered(&r, MS);
    assert_false(rpc_record_failed(&r, &rules));
    assert_false(rpc_record_failed(&r, &rules));
}

static int64_t out_for_ms(struct rpc_record *r, int64_t now_ns)
{
    rpc_record_eject(r, &rules, now_ns);
    return (r->until_ns - now_ns) / MS;
}

static void who_fails_again_and_again_is_out_longer_each_time(void **state)
{
    struct rpc_record r = {0};
    int64_t now = 1000 * MS;

    (void)state;
    for (int64_t want = 1000; want < RPC_RECORD_EJECT_MAX_MS; want *= 2) {
        assert_int_equal(out_for_ms(&r, now), want);
        now = r.until_ns;
        rpc_record_return(&r, &rules, now);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(out_for_ms(&r, now), RPC_RECORD_EJECT_MAX_MS);
}

static void who_was_well_for_a_while_starts_anew(void **state)
{
    struct rpc_record r = {0};
    int64_t later = 5000 * MS + (int64_t)RPC_RECORD_FORGET_MS * MS;

    (void)state;
    (void)out_for_ms(&r, 1000 * MS);
    rpc_record_return(&r, &rules, 5000 * MS);
    assert_int_equal(out_for_ms(&r, later), 2000);
    rpc_record_return(&r, &rules, 5000 * MS);
    assert_int_equal(out_for_ms(&r, later + 1), 1000);
}

static void one_failure_after_coming_back_is_enough(void **state)
{
    struct rpc_record r = {0};

    (void)state;
    rpc_record_eject(&r, &rules, 0);
    rpc_record_return(&r, &rules, 1000 * MS);
    assert_false(r.out);
    assert_true(rpc_record_failed(&r, &rules));
}

/* Of each ten answers `slow` take 100 ms more. */
static struct rpc_record after(size_t answers, size_t slow)
{
    struct rpc_record r = {0};

    for (size_t i = 0; i < answers; i++)
        rpc_record_answered(&r, (i % 10 < slow ? 101 : 1) * MS);
    return r;
}

static void few_answers_say_nothing(void **state)
{
    struct rpc_record few = after(RPC_RECORD_WINDOW - 1, 10), enough = after(RPC_RECORD_WINDOW, 10);

    (void)state;
    assert_int_equal(rpc_record_slow_fifth(&few), 0);
    assert_int_equal(rpc_record_slow_fifth(&enough), 101000);
}

static void who_is_slow_in_three_calls_of_ten_is_noticed(void **state)
{
    struct rpc_record sick = after(RPC_RECORD_WINDOW, 3), well = after(RPC_RECORD_WINDOW, 1);

    (void)state;
    assert_int_equal(rpc_record_slow_fifth(&sick), 101000);
    assert_int_equal(rpc_record_slow_fifth(&well), 1000);
}

static void only_the_newest_answers_count(void **state)
{
    struct rpc_record r = after(RPC_RECORD_WINDOW, 10);

    (void)state;
    for (size_t i = 0; i < RPC_RECORD_WINDOW; i++)
        rpc_record_answered(&r, MS);
    assert_int_equal(rpc_record_slow_fifth(&r), 1000);
}

static void coming_back_forgets_what_was_slow(void **state)
{
    struct rpc_record r = after(RPC_RECORD_WINDOW, 10);

    (void)state;
    rpc_record_return(&r, &rules, MS);
    assert_int_equal(rpc_record_slow_fifth(&r), 0);
}

static void slow_means_far_slower_than_the_one_in_the_middle(void **state)
{
    (void)state;
    assert_true(rpc_record_is_slow(101000, (uint32_t[]){3000, 1000, 2000}, 3));
    assert_true(rpc_record_is_slow(101000, (uint32_t[]){200000, 1000, 2000}, 3)); /* both are */
    assert_false(rpc_record_is_slow(101000, (uint32_t[]){100000, 90000, 80000}, 3));
    assert_false(rpc_record_is_slow(101000, (uint32_t[]){40000, 1000, 30000}, 3));
    assert_false(rpc_record_is_slow(40000, (uint32_t[]){1000}, 1)); /* much, but not by much */
    assert_false(rpc_record_is_slow(300000, (uint32_t[]){100000}, 1));
    assert_false(rpc_record_is_slow(0, (uint32_t[]){1}, 1));
    assert_false(rpc_record_is_slow(101000, NULL, 0));
}

static int take_all(struct rpc_budget *b)
{
    int taken = 0;

    while (rpc_budget_take(b))
        taken++;
    return taken;
}

static void a_tenth_of_the_calls_may_be_sent_again(void **state)
{
    struct rpc_budget b = rpc_budget_new();

    (void)state;
    assert_int_equal(take_all(&b), RPC_BUDGET_START);
    for (int i = 0; i < 500; i++)
        rpc_budget_call(&b);
    assert_int_equal(take_all(&b), 50);
}

static void what_is_put_by_is_bounded(void **state)
{
    struct rpc_budget b = rpc_budget_new();

    (void)state;
    for (int i = 0; i < 100000; i++)
        rpc_budget_call(&b);
    assert_int_equal(take_all(&b), RPC_BUDGET_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(failures_in_a_row_are_too_many_at_last),
        TEST(an_answer_forgives_earlier_failures),
        TEST(who_fails_again_and_again_is_out_longer_each_time),
        TEST(who_was_well_for_a_while_starts_anew),
        TEST(one_failure_after_coming_back_is_enough),
        TEST(few_answers_say_nothing),
        TEST(who_is_slow_in_three_calls_of_ten_is_noticed),
        TEST(only_the_newest_answers_count),
        TEST(coming_back_forgets_what_was_slow),
        TEST(slow_means_far_slower_than_the_one_in_the_middle),
        TEST(a_tenth_of_the_calls_may_be_sent_again),
        TEST(what_is_put_by_is_bounded),
    };

    return cmocka_run_group_tests_name("rpc_record", tests, NULL, NULL);
}
