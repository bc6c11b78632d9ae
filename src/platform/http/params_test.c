/* Tests of parameters: splitting, decoding, and the numbers of the contract. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "params.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* ---- numbers ---- */

static void whole_numbers_are_read_in_every_form(void **state)
{
    static const struct {
        struct str text;
        int64_t value;
    } cases[] = {
        {STR_INIT("0"), 0},
        {STR_INIT("-0"), 0},
        {STR_INIT("0042"), 42},
        {STR_INIT("-1"), -1},
        {STR_INIT("9223372036854775807"), INT64_MAX},
        {STR_INIT("-9223372036854775808"), INT64_MIN},
        {STR_INIT("1e+06"), 1000000},
        {STR_INIT("1e6"), 1000000},
        {STR_INIT("1E06"), 1000000},
        {STR_INIT("2.1e+07"), 21000000},
        {STR_INIT("1.234567e+06"), 1234567},
        {STR_INIT("-1.2E1"), -12},
        {STR_INIT("1.5e1"), 15},
        {STR_INIT("1500e-2"), 15},
        {STR_INIT("15.00e0"), 15},
        {STR_INIT(".5e1"), 5},
        {STR_INIT("5.e0"), 5},
        {STR_INIT("0e0"), 0},
        {STR_INIT("-0.0e-3"), 0},
        {STR_INIT("0e400"), 0},
        {STR_INIT("0e-9223372036854775808"), 0},
        {STR_INIT("0.00000000000000000000000001e26"), 1},
        {STR_INIT("100000000000000000000000000e-26"), 1},
        {STR_INIT("1.00000000000000000000000000e2"), 100},
        {STR_INIT("9.007199254740991e+15"), INT64_C(9007199254740991)},
        {STR_INIT("7.097084071494288e+18"), INT64_C(7097084071494288000)},
        {STR_INIT("9.223372036854775807e18"), INT64_MAX},
        {STR_INIT("-9.223372036854775808e18"), INT64_MIN},
        {STR_INIT("1e18"), INT64_C(1000000000000000000)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got = 77;

        if (!params_number(cases[i].text, &got) || got != cases[i].value)
            fail_msg(STR_FMT " became %lld", STR_ARG(cases[i].text), (long long)got);
    }
}

static void what_is_no_whole_number_is_refused(void **state)
{
    static const struct str cases[] = {
        STR_INIT(""),
        STR_INIT("-"),
        STR_INIT("."),
        STR_INIT("1.5"),
        STR_INIT("1.0"),
        STR_INIT("1.5e0"),
        STR_INIT("15e-1"),
        STR_INIT("1e400"),
        STR_INIT("1e19"),
        STR_INIT("1e-1"),
        STR_INIT("1e"),
        STR_INIT("e1"),
        STR_INIT(".e1"),
        STR_INIT("-e1"),
        STR_INIT("1e+"),
        STR_INIT("1e1.0"),
        STR_INIT("10e+-1"),
        STR_INIT("1e-+1"),
        STR_INIT("1e++1"),
        STR_INIT("--1e1"),
        STR_INIT("+1e1"),
        STR_INIT("1.2.3e2"),
        STR_INIT("1e1e1"),
        STR_INIT("1E1e1"),
        STR_INIT(" 1e1"),
        STR_INIT("1e1 "),
        STR_INIT("0x10"),
        STR_INIT("1e1\0"),
        STR_INIT("infinity"),
        STR_INIT("nan"),
        STR_INIT("12,5e1"),
        STR_INIT("1_000"),
        STR_INIT("1e9223372036854775808"),
        STR_INIT("0.1e-9223372036854775808"),
        STR_INIT("9223372036854775808"),
        STR_INIT("-9223372036854775809"),
        STR_INIT("9.223372036854775808e18"),
        STR_INIT("-9.223372036854775809e18"),
        STR_INIT("1.00000000000000000000000001e20"),
        STR_INIT("123456789012345678901234567890e-11"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got = 77;

        if (params_number(cases[i], &got) || got != 77)
            fail_msg(STR_FMT " became %lld", STR_ARG(cases[i]), (long long)got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(whole_numbers_are_read_in_every_form, teardown),
        cmocka_unit_test_teardown(what_is_no_whole_number_is_refused, teardown),
    };

    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
