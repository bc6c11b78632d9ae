/* Tests of the contract's times: seconds, milliseconds, dates. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "contract_time.h"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct err *read_time(struct str value, int64_t *out)
{
    struct http_param param = {STR("latest_time"), value};
    struct http_req req = {.query = {&param, 1}};

    return contract_time_read(&req, &ctx, STR("latest_time"), out);
}

static int64_t time_of(const char *value)
{
    int64_t out = -1;

    assert_ok(&ctx, read_time(str_of(value), &out));
    return out;
}

static void seconds_and_milliseconds_are_told_apart_by_their_size(void **state)
{
    static const struct {
        const char *value;
        int64_t want;
    } cases[] = {
        {"1", 1000},
        {"1699999999", INT64_C(1699999999000)},
        {"1699999999999", INT64_C(1699999999999)},
        {"99999999999", INT64_C(99999999999000)}, /* in seconds: far ahead */
        {"100000000000", INT64_C(100000000000)},  /* the first that is in milliseconds */
        {"1.6e+12", INT64_C(1600000000000)},
        {"1.6e9", INT64_C(1600000000000)},
        {"", 0},
        {"0", 0},
        {"-1", 0},
        {"-9223372036854775808", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(time_of(cases[i].value), cases[i].want);
}

static void a_clock_may_be_ahead_of_ours(void **state)
{
    static const struct {
        const char *value;
        int64_t want;
    } cases[] = {
        {"1699999999", INT64_C(1699999999000)},
        {"1800000000", INT64_C(1800000000000)},
        {"1800000000000", INT64_C(1800000000000)},
        {"99999999999", INT64_C(99999999999000)},
        {"9223372036854775807", INT64_MAX},
        {"", 0},
        {"0", 0},
        {"-5", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(time_of(cases[i].value), cases[i].want);
}

static void what_is_no_number_is_refused(void **state)
{
    static const struct str cases[] = {STR_INIT("now"),
                                       STR_INIT("1.5"),
                                       STR_INIT("0x10"),
                                       STR_INIT(" 1"),
                                       STR_INIT("1 "),
                                       STR_INIT("1\0"),
                                       STR_INIT("9223372036854775808")};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t out = 77;

        assert_err(read_time(cases[i], &out), ERR_INVALID);
        assert_int_equal(out, 77);
    }
}

static void a_parameter_that_is_not_there_is_now(void **state)
{
    struct http_req req = {0};
    int64_t out = -1;

    (void)state;
    assert_ok(&ctx, contract_time_read(&req, &ctx, STR("latest_time"), &out));
    assert_int_equal(out, 0);
}

static void dates_are_of_their_zone(void **state)
{
    static const struct {
        int64_t ms, zone_min;
        struct str want;
    } cases[] = {
        {0, 0, STR_INIT("01-01")},
        {0, -1, STR_INIT("12-31")},
        {INT64_C(1746057600000), 0, STR_INIT("05-01")}, /* 2025-05-01 00:00 */
        {INT64_C(1746057599999), 0, STR_INIT("04-30")},
        {INT64_C(1746028800000), 480, STR_INIT("05-01")}, /* midnight in Shanghai */
        {INT64_C(1746028799999), 480, STR_INIT("04-30")},
        {INT64_C(1709164800000), 0, STR_INIT("02-29")}, /* 2024 */
        {INT64_C(1709164800000), -300, STR_INIT("02-28")},
        {INT64_C(1735689599999), 0, STR_INIT("12-31")},
        {INT64_C(1735689599999), 1, STR_INIT("01-01")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(contract_time_date(&ctx, cases[i].ms, cases[i].zone_min), cases[i].want);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(seconds_and_milliseconds_are_told_apart_by_their_size),
        TEST(a_clock_may_be_ahead_of_ours),
        TEST(what_is_no_number_is_refused),
        TEST(a_parameter_that_is_not_there_is_now),
        TEST(dates_are_of_their_zone),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
