/* Tests of tables: columns stand straight, and nothing in a cell moves the cursor. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "text_table.h"

static const char *const heads[] = {">id", "name", "note", NULL};

static struct str printed(struct arena *a, const struct str *cells, size_t rows)
{
    struct text_table t;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    text_table_init(&t, a, heads);
    for (size_t i = 0; i < rows; i++)
        text_table_row(&t, cells + 3 * i);
    text_table_print(&t, out);
    assert_int_equal(fclose(out), 0);
    struct str copy = arena_copy(a, (struct str){text, len});

    free(text);
    return copy;
}

static void columns_are_as_wide_as_what_stands_in_them(void **state)
{
    struct arena a = {0};
    const struct str cells[] = {STR("7"), STR("ann"), STR("-"), STR("1234"), STR("b"), STR("x")};

    (void)state;
    assert_str(printed(&a, cells, 2), STR("  id  name  note\n"
                                          "   7  ann   -\n"
                                          "1234  b     x\n"));
    arena_fini(&a);
}

static void wide_characters_take_two_columns_and_marks_none(void **state)
{
    struct arena a = {0};
    const struct str cells[] = {STR("1"),         STR("\xe7\x9f\xad\xe8\xa7\x86"),
                                STR("x"),         STR("2"),
                                STR("e\xcc\x81"), STR("x"),
                                STR("3"),         STR("abcd"),
                                STR("x")};

    (void)state;
    assert_int_equal(text_table_width(STR("\xe7\x9f\xad")), 2);
    assert_int_equal(text_table_width(STR("\xf0\x9f\x98\x80")), 2);
    assert_int_equal(text_table_width(STR("\xc3\xa9")), 1);
    assert_int_equal(text_table_width(STR("e\xcc\x81")), 1);
    assert_str(printed(&a, cells, 3), STR("id  name  note\n"
                                          " 1  \xe7\x9f\xad\xe8\xa7\x86  x\n"
                                          " 2  e\xcc\x81     x\n"
                                          " 3  abcd  x\n"));
    arena_fini(&a);
}

static void nothing_in_a_cell_moves_the_cursor(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_str(text_table_plain(&a, STR("a\x1b[2Jb\nc\xc2\x9b")), STR("a?[2Jb?c?"));
    assert_str(text_table_plain(&a, STR("\xff\xfe ok")), STR("?? ok"));
    assert_str(text_table_plain(&a, STR("\xe7\x9f\xad")), STR("\xe7\x9f\xad"));
    assert_str(text_table_plain(&a, STR("")), STR(""));
    arena_fini(&a);
}

static void times_and_sizes_are_told_in_units_that_fit(void **state)
{
    static const struct {
        int64_t ms;
        struct str text;
    } ages[] = {
        {-5, STR_INIT("0 s")},       {0, STR_INIT("0 s")},       {119999, STR_INIT("119 s")},
        {120000, STR_INIT("2 min")}, {7200000, STR_INIT("2 h")}, {172800000, STR_INIT("2 d")},
    };
    static const struct {
        int64_t bytes;
        struct str text;
    } sizes[] = {
        {0, STR_INIT("0 bytes")},
        {1023, STR_INIT("1023 bytes")},
        {1536, STR_INIT("1.5 KiB")},
        {INT64_C(5) << 30, STR_INIT("5.0 GiB")},
        {INT64_C(5000) << 40, STR_INIT("5000.0 TiB")},
    };
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(ages); i++)
        assert_str(text_table_age(&a, ages[i].ms), ages[i].text);
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_str(text_table_bytes(&a, sizes[i].bytes), sizes[i].text);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(columns_are_as_wide_as_what_stands_in_them),
        TEST(wide_characters_take_two_columns_and_marks_none),
        TEST(nothing_in_a_cell_moves_the_cursor),
        TEST(times_and_sizes_are_told_in_units_that_fit),
    };

    return cmocka_run_group_tests_name("text_table", tests, NULL, NULL);
}
