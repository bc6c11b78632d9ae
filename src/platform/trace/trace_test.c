/* Tests of trace context, with the cases of the specification. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "trace.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void a_header_is_read(void **state)
{
    struct trace_id id = {0};

    (void)state;
    assert_true(trace_parse(STR("00-" TRACE "-" SPAN "-01"), &id));
    assert_int_equal(id.high, 0x0af7651916cd43ddU);
    assert_int_equal(id.low, 0x8448eb211c80319cU);
    assert_int_equal(id.span, 0xb7ad6b7169203331U);
    assert_true(id.sampled);
}

static void what_is_not_well_formed_is_refused(void **state)
{
    static const struct str cases[] = {
        STR_INIT(""),
        STR_INIT("00"),
        STR_INIT("00-" TRACE "-" SPAN "-0"),
        STR_INIT("00-" TRACE "-" SPAN "-01-"),
        STR_INIT("00-" TRACE "-" SPAN "-01-what-the-future-holds"),
        STR_INIT("00-" TRACE "-" SPAN "-011"),
        STR_INIT("00-" TRACE "-" SPAN "-0g"),
        STR_INIT("00-" TRACE "-" SPAN ".01"),
        STR_INIT("00-" TRACE "." SPAN "-01"),
        STR_INIT("00." TRACE "-" SPAN "-01"),
        STR_INIT("0x-" TRACE "-" SPAN "-01"),
        STR_INIT("ff-" TRACE "-" SPAN "-01"), /* the one forbidden version */
        STR_INIT("01-" TRACE "-" SPAN "-01x"),
        STR_INIT("00-0AF7651916CD43DD8448EB211C80319C-" SPAN "-01"), /* capitals */
        STR_INIT("00-0af7651916cd43dd-448eb211c80319c-" SPAN "-01"),
        STR_INIT("00-00000000000000000000000000000000-" SPAN "-01"),
        STR_INIT("00-" TRACE "-0000000000000000-01"),
        STR_INIT(" 00-" TRACE "-" SPAN "-01"),
        STR_INIT("00-" TRACE "-" SPAN "-01 "),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trace_id id = {.high = 1, .low = 2, .span = 3};

        if (trace_parse(cases[i], &id))
            fail_msg("accepted: " STR_FMT, STR_ARG(cases[i]));
        assert_int_equal(id.high + id.low + id.span, 6);
    }
}

static void a_later_version_is_read_as_far_as_it_is_known(void **state)
{
    struct trace_id id = {0};

    (void)state;
    assert_true(trace_parse(STR("01-" TRACE "-" SPAN "-01"), &id));
    assert_true(trace_parse(STR("cc-" TRACE "-" SPAN "-01-what-the-future-holds"), &id));
    assert_int_equal(id.span, 0xb7ad6b7169203331U);
}

static void half_an_id_may_be_zero(void **state)
{
    struct trace_id id = {0};

    (void)state;
    assert_true(trace_parse(STR("00-00000000000000008448eb211c80319c-" SPAN "-00"), &id));
    assert_true(trace_parse(STR("00-8448eb211c80319c0000000000000000-" SPAN "-00"), &id));
    assert_false(id.sampled);
}

static void only_the_sampled_flag_is_passed_on(void **state)
{
    struct trace_id id = {0};

    (void)state;
    assert_true(trace_parse(STR("00-" TRACE "-" SPAN "-ff"), &id));
    assert_str(trace_format(&ctx, id), STR("00-" TRACE "-" SPAN "-01"));
    assert_true(trace_parse(STR("00-" TRACE "-" SPAN "-fe"), &id));
    assert_str(trace_format(&ctx, id), STR("00-" TRACE "-" SPAN "-00"));
}

static void a_new_trace_is_read_back_from_its_header(void **state)
{
    struct trace_id made = trace_new(true), read = {0};

    (void)state;
    assert_true(trace_parse(trace_format(&ctx, made), &read));
    assert_int_equal(read.high, made.high);
    assert_int_equal(read.low, made.low);
    assert_int_equal(read.span, made.span);
    assert_true(read.sampled);
    assert_false(trace_new(false).sampled);
}

static void ids_do_not_repeat(void **state)
{
    struct trace_id a = trace_new(false), b = trace_new(false);

    (void)state;
    assert_true(a.high != b.high && a.low != b.low && a.span != b.span);
}

static void a_child_stays_in_the_trace(void **state)
{
    struct trace_id parent = trace_new(true), child = trace_child(parent);

    (void)state;
    assert_int_equal(child.high, parent.high);
    assert_int_equal(child.low, parent.low);
    assert_true(child.span != parent.span && child.span != 0);
    assert_true(child.sampled);
}

static void what_is_not_traced_has_no_header_and_no_children(void **state)
{
    struct trace_id none = {0};

    (void)state;
    assert_false(trace_is_set(trace_child(none)));
    assert_int_equal(trace_format(&ctx, none).len, 0);
}

static void children_of_one_process_have_spans_of_their_own(void **state)
{
    _Atomic uint64_t sequence = UINT64_MAX - 1; /* it may come round, and zero is no span */
    struct trace_id parent = trace_new(true), last = parent;

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct trace_id id = trace_child_of(parent, &sequence);

        assert_true(id.high == parent.high && id.low == parent.low && id.sampled);
        assert_true(id.span != 0 && id.span != last.span && id.span != parent.span);
        last = id;
    }
    assert_false(trace_is_set(trace_child_of((struct trace_id){0}, &sequence)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_header_is_read),
        TEST(what_is_not_well_formed_is_refused),
        TEST(a_later_version_is_read_as_far_as_it_is_known),
        TEST(half_an_id_may_be_zero),
        TEST(only_the_sampled_flag_is_passed_on),
        TEST(a_new_trace_is_read_back_from_its_header),
        TEST(ids_do_not_repeat),
        TEST(a_child_stays_in_the_trace),
        TEST(what_is_not_traced_has_no_header_and_no_children),
        TEST(children_of_one_process_have_spans_of_their_own),
    };

    return cmocka_run_group_tests_name("trace", tests, NULL, teardown);
}
