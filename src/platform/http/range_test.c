/* Tests of byte ranges: the table of RFC 9110, section 14. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "range.h"

struct example {
    struct str header;
    int64_t size;
    struct range want;
};

static void check(const struct example *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct example *x = &cases[i];
        struct range got = range_parse(x->header, x->size);

        if (got.kind != x->want.kind || got.first != x->want.first || got.last != x->want.last)
            fail_msg("\"" STR_FMT "\" of %lld gave kind %d, %lld to %lld", STR_ARG(x->header),
                     (long long)x->size, (int)got.kind, (long long)got.first, (long long)got.last);
    }
}

static void a_range_is_cut_to_the_size(void **state)
{
    static const struct example cases[] = {
        {STR_INIT("bytes=0-0"), 10, {RANGE_PART, 0, 0}},
        {STR_INIT("bytes=0-9"), 10, {RANGE_PART, 0, 9}},
        {STR_INIT("bytes=9-9"), 10, {RANGE_PART, 9, 9}},
        {STR_INIT("bytes=3-5"), 10, {RANGE_PART, 3, 5}},
        {STR_INIT("bytes=3-"), 10, {RANGE_PART, 3, 9}},
        {STR_INIT("bytes=0-10"), 10, {RANGE_PART, 0, 9}},
        {STR_INIT("bytes=9-9999"), 10, {RANGE_PART, 9, 9}},
        {STR_INIT("bytes=007-008"), 10, {RANGE_PART, 7, 8}},
        {STR_INIT("bytes= 0-4 "), 10, {RANGE_PART, 0, 4}},
        {STR_INIT("bytes=9223372036854775806-"),
         INT64_MAX,
         {RANGE_PART, INT64_MAX - 1, INT64_MAX - 1}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void a_suffix_counts_from_the_end(void **state)
{
    static const struct example cases[] = {
        {STR_INIT("bytes=-1"), 10, {RANGE_PART, 9, 9}},
        {STR_INIT("bytes=-10"), 10, {RANGE_PART, 0, 9}},
        {STR_INIT("bytes=-11"), 10, {RANGE_PART, 0, 9}},
        {STR_INIT("bytes=-99999999999999999999"), 10, {RANGE_PART, 0, 9}},
        {STR_INIT("bytes=-0"), 10, {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=-0"), 0, {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=-5"), 0, {RANGE_WHOLE, 0, 0}}, /* satisfiable: all there is */
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void what_begins_behind_the_end_is_unsatisfiable(void **state)
{
    static const struct example cases[] = {
        {STR_INIT("bytes=10-"), 10, {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=10-20"), 10, {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=0-0"), 0, {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=0-"), 0, {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=9223372036854775807-"), INT64_MAX, {RANGE_UNSATISFIABLE, 0, 0}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void the_unit_is_compared_without_case(void **state)
{
    static const struct example cases[] = {
        {STR_INIT("Bytes=0-9"), 100, {RANGE_PART, 0, 9}},
        {STR_INIT("BYTES=-9"), 100, {RANGE_PART, 91, 99}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void digits_beyond_64_bits_are_very_large_numbers(void **state)
{
    static const struct example cases[] = {
        {STR_INIT("bytes=0-9223372036854775808"), 10, {RANGE_PART, 0, 9}},
        {STR_INIT("bytes=5-99999999999999999999999999"), 10, {RANGE_PART, 5, 9}},
        {STR_INIT("bytes=9223372036854775808-"), 10, {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=99999999999999999999-99999999999999999999"),
         10,
         {RANGE_UNSATISFIABLE, 0, 0}},
        {STR_INIT("bytes=99999999999999999999-5"), 10, {RANGE_WHOLE, 0, 0}},
    };

    (void)state;
    check(cases, COUNT(cases));
}

static void what_is_no_single_range_is_ignored(void **state)
{
    static const struct str cases[] = {
        STR_INIT(""),
        STR_INIT("bytes"),
        STR_INIT("bytes="),
        STR_INIT("bytes=-"),
        STR_INIT("bytes=5"),
        STR_INIT("bytes=5-4"),
        STR_INIT("bytes=a-"),
        STR_INIT("bytes=0-a"),
        STR_INIT("bytes=-a"),
        STR_INIT("bytes=+1-"),
        STR_INIT("bytes=--0"),
        STR_INIT("bytes=--5"),
        STR_INIT("bytes=0--0"),
        STR_INIT("bytes=0--"),
        STR_INIT("bytes=0-1-2"),
        STR_INIT("bytes=0 - 1"),
        STR_INIT("bytes=0-1,3-4"),
        STR_INIT("bytes=,0-1"),
        STR_INIT("bytes 0-1"),
        STR_INIT("bytes =0-1"),
        STR_INIT(" bytes=0-1"),
        STR_INIT("items=0-1"),
        STR_INIT("byte=0-1"),
        STR_INIT("=0-1"),
        STR_INIT("bytes=0x1-2"),
        STR_INIT("bytes=1.5-2"),
        STR_INIT("bytes==0-1"),
        STR_INIT("bytes=0\0-1"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check(&(struct example){cases[i], 10, {RANGE_WHOLE, 0, 0}}, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_range_is_cut_to_the_size),
        TEST(a_suffix_counts_from_the_end),
        TEST(what_begins_behind_the_end_is_unsatisfiable),
        TEST(the_unit_is_compared_without_case),
        TEST(digits_beyond_64_bits_are_very_large_numbers),
        TEST(what_is_no_single_range_is_ignored),
    };

    return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
