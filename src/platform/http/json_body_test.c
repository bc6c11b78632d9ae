/* Tests of JSON bodies: what parameters an object makes, and what is no object. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "json_body.h"

enum { MEMBERS = 4 };

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct err *parse(const char *text, struct http_params *out)
{
    *out = (struct http_params){0};
    return json_body_parse(&ctx, str_of(text), MEMBERS, out);
}

static void members_are_parameters(void **state)
{
    static const struct {
        const char *text, *name, *value;
    } cases[] = {
        {"{\"a\":\"b c\"}", "a", "b c"},
        {" { \"a\" : \"\" } ", "a", ""},
        {"{\"a\":\"\\u77ed \\\"x\\\"\"}", "a", "\xe7\x9f\xad \"x\""},
        {"{\"\\u0061\":1}", "a", "1"},
        {"{\"a\":-1.5e3}", "a", "-1.5e3"},
        {"{\"a\": true }", "a", "true"},
        {"{\"a\":[1, {\"b\":\"]\"} ] }", "a", "[1, {\"b\":\"]\"} ]"},
        {"{\"a\": {\"b\":{}} ,\"c\":1}", "a", "{\"b\":{}}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_params got;

        assert_ok(&ctx, parse(cases[i].text, &got));
        assert_true(got.count >= 1);
        assert_str(got.at[0].name, str_of(cases[i].name));
        assert_str(got.at[0].value, str_of(cases[i].value));
    }
}

static void null_is_not_there(void **state)
{
    struct http_params got;

    (void)state;
    assert_ok(&ctx, parse("{\"a\":null,\"b\":2}", &got));
    assert_int_equal(got.count, 1);
    assert_str(got.at[0].name, STR("b"));
}

static void an_empty_body_has_no_parameters(void **state)
{
    struct http_params got;

    (void)state;
    assert_ok(&ctx, parse("", &got));
    assert_int_equal(got.count, 0);
    assert_ok(&ctx, parse("{}", &got));
    assert_int_equal(got.count, 0);
}

static void what_is_no_object_is_refused(void **state)
{
    static const char *const bad[] = {
        " ",
        "[]",
        "1",
        "\"a\"",
        "null",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1} x",
        "{\"a\":1}{}",
        "{\"a\":x}",
        "{\"a\":\"",
        "{\"a\":[1}",
        "{\"a\":01}",
        "{\"a\":\"\xff\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct http_params got;

        assert_err(parse(bad[i], &got), ERR_INVALID);
        assert_int_equal(got.count, 0);
    }
}

static void too_many_members_and_too_deep_ones_are_refused(void **state)
{
    struct http_params got;
    char deep[200] = "{\"a\":";

    (void)state;
    assert_ok(&ctx, parse("{\"a\":1,\"b\":1,\"c\":1,\"d\":1}", &got));
    assert_err(parse("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1}", &got), ERR_INVALID);
    memset(deep + strlen(deep), '[', 80);
    assert_err(parse(deep, &got), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(members_are_parameters),
        TEST(null_is_not_there),
        TEST(an_empty_body_has_no_parameters),
        TEST(what_is_no_object_is_refused),
        TEST(too_many_members_and_too_deep_ones_are_refused),
    };

    return cmocka_run_group_tests_name("json_body", tests, NULL, teardown);
}
