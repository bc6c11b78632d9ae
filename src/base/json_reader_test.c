/* Tests of the JSON reader. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "json_reader.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct json_reader reader_of(const char *text)
{
    return (struct json_reader){.arena = &arena, .pos = text, .end = text + strlen(text)};
}

static bool is_json(const char *text)
{
    struct json_reader r = reader_of(text);

    json_reader_skip(&r);
    return json_reader_done(&r);
}

static void what_is_json_is_skipped_whole(void **state)
{
    static const char *const good[] = {
        "0",
        "-0.5",
        "1e9",
        "10E-2",
        "\"\"",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        " [ ] ",
        "[1,2]",
        "{\"a\":{\"b\":[null]},\"c\":\"\"}",
        "[[[[]]],[]]",
        "\"\\u0000\\ud83d\\ude00\"",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        if (!is_json(good[i]))
            fail_msg("refused: %s", good[i]);
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "nullx",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "]",
        "[}",
        "{]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "1 2",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\t\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
        "'a'",
        "[1]]",
        "NaN",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (is_json(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void depth_has_a_limit(void **state)
{
    char text[2 * JSON_DEPTH_MAX + 3];

    (void)state;
    for (int depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[(size_t)depth * 2] = 0;
        assert_int_equal(is_json(text), depth == JSON_DEPTH_MAX);
    }
}

static void escapes_become_what_they_stand_for(void **state)
{
    struct json_reader r = reader_of("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u0041\\u00e9\\u4e2D\", "
                                     "\"\\ud83d\\ude00!\", \"\xe4\xb8\xad\"]");
    static const struct str want[] = {STR_INIT("\"\\/\b\f\n\r\t"),
                                      STR_INIT("A\xc3\xa9\xe4\xb8\xad"),
                                      STR_INIT("\xf0\x9f\x98\x80!"), STR_INIT("\xe4\xb8\xad")};
    struct str got;

    (void)state;
    assert_true(json_reader_enter(&r, '['));
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_true(json_reader_next(&r));
        assert_true(json_reader_text(&r, &got));
        assert_str(got, want[i]);
    }
    assert_false(json_reader_next(&r));
    assert_true(json_reader_done(&r));
}

static void members_are_walked_in_order_and_others_skipped(void **state)
{
    struct json_reader r = reader_of("{\"a\":[{\"a\":1}],\"b\":null,\"\\u0063\":\"x\"}");
    struct str text;

    (void)state;
    assert_true(json_reader_enter(&r, '{'));
    assert_true(json_reader_next(&r));
    assert_str(r.name, STR("a"));
    json_reader_skip(&r);
    assert_true(json_reader_next(&r));
    assert_true(json_reader_null(&r));
    assert_true(json_reader_next(&r));
    assert_str(r.name, STR("c"));
    assert_false(json_reader_null(&r));
    assert_true(json_reader_text(&r, &text));
    assert_str(text, STR("x"));
    assert_false(json_reader_next(&r));
    assert_true(json_reader_done(&r));
}

/* A number where a text is wanted: from there on nothing is true any more. */
static void what_is_wrong_stays_wrong(void **state)
{
    struct json_reader r = reader_of("{\"a\":1,\"b\":\"x\"}");
    struct str text = STR("untouched");

    (void)state;
    assert_true(json_reader_enter(&r, '{') && json_reader_next(&r));
    assert_false(json_reader_text(&r, &text));
    assert_false(json_reader_next(&r));
    json_reader_skip(&r);
    assert_false(json_reader_done(&r));
    assert_str(text, STR("untouched"));
}

static void a_value_is_had_as_it_stands(void **state)
{
    struct json_reader r = reader_of("{\"a\": [1, \"]\"] , \"b\":\"\\u0041\",\"c\":x}");

    (void)state;
    assert_true(json_reader_enter(&r, '{'));
    assert_true(json_reader_next(&r));
    assert_str(json_reader_raw(&r), STR("[1, \"]\"]"));
    assert_true(json_reader_next(&r));
    assert_str(json_reader_raw(&r), STR("\"\\u0041\""));
    assert_true(json_reader_next(&r));
    assert_str(json_reader_raw(&r), STR(""));
    assert_false(json_reader_done(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_json_is_skipped_whole),
        TEST(what_is_no_json_is_refused),
        TEST(depth_has_a_limit),
        TEST(escapes_become_what_they_stand_for),
        TEST(members_are_walked_in_order_and_others_skipped),
        TEST(what_is_wrong_stays_wrong),
        TEST(a_value_is_had_as_it_stands),
    };

    return cmocka_run_group_tests_name("json_reader", tests, NULL, teardown);
}
