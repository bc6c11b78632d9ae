/* Tests of base: slices, arenas, failures, UTF-8 and JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <malloc.h>

#include "host_port.h"
#include "id_set.h"
#include "json.h"
#include "utf8.h"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void cutting_walks_through_all_parts(void **state)
{
    struct str rest = STR("a,,b");

    (void)state;
    assert_str(str_cut(&rest, ','), STR("a"));
    assert_str(str_cut(&rest, ','), STR(""));
    assert_str(str_cut(&rest, ','), STR("b"));
    assert_int_equal(rest.len, 0);
}

static void numbers_are_whole_and_in_range(void **state)
{
    static const struct {
        struct str text;
        bool ok;
        int64_t value;
    } cases[] = {
        {STR_INIT("0"), true, 0},
        {STR_INIT("-9223372036854775808"), true, INT64_MIN},
        {STR_INIT("9223372036854775807"), true, INT64_MAX},
        {STR_INIT("9223372036854775808"), false, 0},
        {STR_INIT("-9223372036854775809"), false, 0},
        {STR_INIT(""), false, 0},
        {STR_INIT("-"), false, 0},
        {STR_INIT("1x"), false, 0},
        {STR_INIT("+1"), false, 0},
        {STR_INIT(" 1"), false, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got = 77;

        assert_int_equal(str_to_i64(cases[i].text, &got), cases[i].ok);
        assert_int_equal(got, cases[i].ok ? cases[i].value : 77);
    }
}

static void trimming_leaves_the_inside_alone(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t a b\r\n")), STR("a b"));
    assert_str(str_trim(STR(" \n ")), STR(""));
}

static void an_address_is_a_host_and_a_port(void **state)
{
    static const char *const good[] = {"127.0.0.1:1", "etcd-1.example:65535", "[::1]:80",
                                       "[fe80::1%eth0]:443", "a_b:7"};
    static const char *const bad[] = {"",        "host",       ":80",      "host:",   "host:0",
                                      "host:-1", "host:65536", "host:8 0", "::1:80",  "[]:80",
                                      "[::1]80", "http://h:1", "a,b:1",    "host:+1", "h\\x:1"};

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(host_port_valid(str_of(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(host_port_valid(str_of(bad[i])));
    assert_false(host_port_valid((struct str){"h\0st:1", 7}));

    char *longest = arena_printf(&arena, "%0*d:65535", HOST_PORT_MAX - 6, 0);

    assert_true(host_port_valid(str_of(longest)));
    assert_false(host_port_valid(arena_str(&arena, "0%s", longest)));
}

static void arena_memory_is_zeroed_and_aligned_after_reuse(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        memset(arena_bytes(&arena, 1000), 0xff, 1000);
        int64_t *numbers = arena_array(&arena, int64_t, 5000);

        assert_int_equal((uintptr_t)numbers % _Alignof(int64_t), 0);
        for (int i = 0; i < 5000; i++)
            assert_int_equal(numbers[i], 0);
        arena_reset(&arena);
    }
}

/* Of the heap; a sanitizer's tells 0. */
static size_t mapped(void)
{
    return mallinfo2().hblkhd;
}

static void an_arena_gives_back_what_it_rarely_needs(void **state)
{
    size_t before = mapped();

    (void)state;
    (void)arena_bytes(&arena, 100);
    (void)arena_bytes(&arena, 8 << 20);
    (void)arena_bytes(&arena, 8 << 20);
    arena_reset(&arena);
    assert_int_equal(mapped(), before);
    (void)arena_bytes(&arena, 8 << 20); /* also when it is the first of all */
    arena_reset(&arena);
    assert_int_equal(mapped(), before);
}

static void note(void *ptr)
{
    int **next = ptr;

    *(*next)++ = 1;
}

static void defers_run_once_on_reset(void **state)
{
    int ran[4] = {0}, *next = ran;

    (void)state;
    arena_defer(&arena, note, &next);
    arena_defer(&arena, note, &next);
    arena_reset(&arena);
    arena_reset(&arena);
    assert_int_equal(next - ran, 2);
}

static struct err *inner(void)
{
    return err_reason(&ctx, ERR_NOT_FOUND, "video_not_found", "no video %d", 42);
}

static struct err *outer(void)
{
    struct err *e = inner();

    return e ? err_wrap(&ctx, e, "like") : NULL;
}

static struct err *passed_on(void)
{
    TRY(outer());
    return NULL;
}

static void a_failure_keeps_its_whole_story(void **state)
{
    struct err *e = passed_on();

    (void)state;
    assert_non_null(e);
    assert_int_equal(e->code, ERR_NOT_FOUND);
    assert_string_equal(e->reason, "video_not_found");
    assert_string_equal(err_text(&ctx, e), "like: no video 42");
    assert_string_equal(err_root(e)->msg, "no video 42");
    assert_string_equal(err_code_name(e->code), "not_found");
}

static void what_the_machine_lacks_is_told_apart(void **state)
{
    static const struct {
        int number;
        enum err_code code;
        const char *reason;
    } cases[] = {
        {ENOSPC, ERR_EXHAUSTED, ERR_DISK_FULL}, {EDQUOT, ERR_EXHAUSTED, ERR_DISK_FULL},
        {EMFILE, ERR_EXHAUSTED, NULL},          {ENFILE, ERR_EXHAUSTED, NULL},
        {ENOMEM, ERR_EXHAUSTED, NULL},          {ENOENT, ERR_NOT_FOUND, NULL},
        {EIO, ERR_UNAVAILABLE, NULL},           {EROFS, ERR_UNAVAILABLE, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct err *e = err_errno(&ctx, cases[i].number, "open %s", "x");

        assert_err(e, cases[i].code);
        assert_ptr_equal(e->reason, cases[i].reason);
        assert_string_equal(e->msg, "open x");
    }
}

static void bad_utf8_is_found(void **state)
{
    static const struct {
        struct str text;
        bool valid;
    } cases[] = {
        {STR_INIT(""), true},
        {STR_INIT("plain ascii text"), true},
        {STR_INIT("\xe7\x9f\xad\xe8\xa7\x86\xe9\xa2\x91"), true},
        {STR_INIT("\xf0\x9f\x98\x80"), true},
        {STR_INIT("\xc0\xaf"), false},         /* overlong */
        {STR_INIT("\xed\xa0\x80"), false},     /* surrogate */
        {STR_INIT("\xf4\x90\x80\x80"), false}, /* above U+10FFFF */
        {STR_INIT("\xe7\x9f"), false},         /* cut off */
        {STR_INIT("12345678\xff"), false},
        {STR_INIT("\x80"), false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(utf8_valid(cases[i].text), cases[i].valid);
    assert_int_equal(utf8_length(STR("\xe7\x9f\xad!")), 2);
    assert_true(utf8_has_control(STR("a\x1f")));
    assert_true(utf8_has_control(STR("\xc2\x85")));
    assert_false(utf8_has_control(STR("\xc2\xa0\xe7\x9f\xad")));
}

static void every_blank_of_unicode_is_blank(void **state)
{
    static const char *const blanks[] = {
        "",
        " \t\n\v\f\r",
        "\xc2\x85",
        "\xc2\xa0",
        "\xe1\x9a\x80",
        "\xe2\x80\x80\xe2\x80\x8a",
        "\xe2\x80\xa8\xe2\x80\xa9",
        "\xe2\x80\xaf",
        "\xe2\x81\x9f",
        "\xe3\x80\x80",
        "\xe2\x80\x8b", /* no width */
        "\xef\xbb\xbf", /* no width, no break */
    };
    static const char *const others[] = {
        "x",
        " \xe7\x9f\xad",
        "\xe3\x80\x80x",
        "\xe3\x80\x81",
        "\xe2\x80\xaa",
        "\xe2\x80\x8c",
        "\xef\xbb",
        "\xe3",
        "\x1f",
        "!",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(blanks); i++)
        assert_true(utf8_is_blank(str_of(blanks[i])));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(utf8_is_blank(str_of(others[i])));
}

static void json_escapes_what_must_be_escaped(void **state)
{
    struct json j = {.arena = &arena};

    (void)state;
    json_text(&j, STR("a\"b\\c\nd\x01<\xe7\x9f\xad"));
    assert_str(json_str(&j), STR("\"a\\\"b\\\\c\\nd\\u0001\\u003c\xe7\x9f\xad\""));
}

static void json_writes_every_number(void **state)
{
    static const int64_t numbers[] = {0, 7, -1, 100, INT64_MAX, INT64_MIN};
    struct json j = {.arena = &arena};

    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        json_int(&j, numbers[i]);
        json_lit(&j, " ");
    }
    assert_str(json_str(&j), STR("0 7 -1 100 9223372036854775807 -9223372036854775808 "));
}

static void a_flag_can_be_patched_in_place(void **state)
{
    struct json j = {.arena = &arena};

    (void)state;
    json_flag(&j, false);
    json_flag_patch(j.start, true);
    assert_str(json_str(&j), STR("true "));
}

static void a_set_agrees_with_a_plain_list(void **state)
{
    struct id_set set = {0};
    bool in[200] = {false};
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        random = random * 1664525 + 1013904223;
        int64_t id = (random >> 8) % 199 + 1;

        in[id] = (random >> 30) & 1;
        if (in[id])
            id_set_add(&set, id);
        else
            id_set_remove(&set, id);
        assert_int_equal(id_set_has(&set, id), in[id]);
    }
    for (int64_t id = 1; id < 200; id++)
        assert_int_equal(id_set_has(&set, id), in[id]);
    id_set_fini(&set);
    assert_false(id_set_has(&set, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cutting_walks_through_all_parts),
        TEST(numbers_are_whole_and_in_range),
        TEST(trimming_leaves_the_inside_alone),
        TEST(an_address_is_a_host_and_a_port),
        TEST(arena_memory_is_zeroed_and_aligned_after_reuse),
        TEST(an_arena_gives_back_what_it_rarely_needs),
        TEST(defers_run_once_on_reset),
        TEST(a_failure_keeps_its_whole_story),
        TEST(what_the_machine_lacks_is_told_apart),
        TEST(bad_utf8_is_found),
        TEST(every_blank_of_unicode_is_blank),
        TEST(json_escapes_what_must_be_escaped),
        TEST(json_writes_every_number),
        TEST(a_flag_can_be_patched_in_place),
        TEST(a_set_agrees_with_a_plain_list),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, teardown);
}
