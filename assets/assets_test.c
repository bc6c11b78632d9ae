/* Tests of what is embedded: the table, the types, the bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "assets.h"
#include "test.h"

static const struct asset *find(const char *name)
{
    for (size_t i = 0; i < assets_count; i++)
        if (strcmp(assets[i].name, name) == 0)
            return &assets[i];
    fail_msg("no asset called %s", name);
    return NULL;
}

static void every_default_picture_is_a_png(void **state)
{
    static const unsigned char magic[] = {0x89, 'P', 'N', 'G'};
    static const unsigned char end[] = {'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    char name[32];

    (void)state;
    for (int i = 1; i <= 16 + 6; i++) {
        int n = i <= 16 ? snprintf(name, sizeof(name), "assets/avatar-%02d.png", i)
                        : snprintf(name, sizeof(name), "assets/banner-%02d.png", i - 16);
        assert_in_range(n, 1, sizeof(name) - 1);
        const struct asset *a = find(name);
        assert_string_equal(a->type, "image/png");
        assert_in_range(a->plain.len, 1000, 200 * 1024);
        assert_memory_equal(a->plain.at, magic, sizeof(magic));
        assert_memory_equal(a->plain.at + a->plain.len - sizeof(end), end, sizeof(end));
    }
}

static void there_is_a_page_with_or_without_a_client(void **state)
{
    (void)state;
    const struct asset *page = find("index.html");
    assert_string_equal(page->type, "text/html; charset=utf-8");
    assert_memory_equal(page->plain.at, "<!doctype html>", 15);
    assert_non_null(memmem(page->plain.at, page->plain.len, "</html>", 7));
    assert_string_equal(find("assets/page.css")->type, "text/css; charset=utf-8");
    assert_string_equal(find("docs/index.html")->type, "text/html; charset=utf-8");
    assert_string_equal(find("icon.svg")->type, "image/svg+xml");
}

static void names_are_sorted_and_etags_differ(void **state)
{
    (void)state;
    assert_in_range(assets_count, 26, 1000);
    for (size_t i = 0; i < assets_count; i++) {
        assert_int_equal(strlen(assets[i].etag), 16);
        assert_int_equal(strspn(assets[i].etag, "0123456789abcdef"), 16);
        if (i > 0) {
            assert_true(strcmp(assets[i - 1].name, assets[i].name) < 0);
            assert_string_not_equal(assets[i - 1].etag, assets[i].etag);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_default_picture_is_a_png),
        TEST(there_is_a_page_with_or_without_a_client),
        TEST(names_are_sorted_and_etags_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
