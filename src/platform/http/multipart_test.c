/* Tests of multipart: the same parts however the body is cut, and no mercy for what is malformed.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "multipart.h"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

/* What came, written down: "name=text;" for fields, "name:bytes;" for files. */
struct notes {
    char text[8192];
    size_t len;
};

static void note(struct notes *n, struct str bytes)
{
    assert_true(n->len + bytes.len < sizeof(n->text));
    if (bytes.len)
        memcpy(n->text + n->len, bytes.ptr, bytes.len);
    n->len += bytes.len;
}

static struct err *begin(void *self, struct ctx *c, struct str name, bool is_file)
{
    (void)c;
    note(self, name);
    note(self, is_file ? STR(":") : STR("="));
    return NULL;
}

static struct err *data(void *self, struct ctx *c, struct str bytes)
{
    (void)c;
    note(self, bytes);
    return NULL;
}

static struct err *end(void *self, struct ctx *c)
{
    (void)c;
    note(self, STR(";"));
    return NULL;
}

static struct err *parse(struct str body, size_t step, struct notes *notes)
{
    const struct multipart_sink sink = {notes, begin, data, end};
    struct multipart *m =
        multipart_create(&ctx, STR("multipart/form-data; boundary=\"xyz\""), &sink);

    assert_non_null(m);
    while (body.len) {
        size_t n = body.len < step ? body.len : step;

        TRY(multipart_feed(m, &ctx, (struct str){body.ptr, n}));
        body = str_from(body, n);
    }
    return multipart_finish(m, &ctx);
}

static int teardown(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

#define PART(disposition, text) \
    "--xyz\r\nContent-Disposition: form-data; " disposition "\r\n\r\n" text "\r\n"

static void gives(struct str body, struct str want)
{
    for (size_t step = 1; step <= body.len; step++) {
        struct notes n = {0};

        assert_ok(&ctx, parse(body, step, &n));
        assert_str(((struct str){n.text, n.len}), want);
        arena_reset(&arena);
    }
}

static void fields_and_files_are_told_apart(void **state)
{
    (void)state;
    gives(STR(PART("name=\"token\"", "abc") PART("name=\"data\"; filename=\"a.mp4\"", "bytes")
                  PART("name=data2; filename=\"\"", "x") "--xyz--\r\n"),
          STR("token=abc;data:bytes;data2:x;"));
}

static void an_empty_part_is_a_part(void **state)
{
    (void)state;
    gives(STR(PART("name=\"a\"", "") PART("name=\"b\"", "2") "--xyz--"), STR("a=;b=2;"));
}

static void what_stands_around_the_parts_is_ignored(void **state)
{
    (void)state;
    gives(STR("preamble\r\n" PART("name=\"a\"", "1") "--xyz--\r\nepilogue --xyz"), STR("a=1;"));
}

static void what_looks_like_a_boundary_is_data(void **state)
{
    (void)state;
    gives(STR(PART("name=\"a\"", "--xyz\r\n--xy\r\n-\r--xyz--") "--xyz--"),
          STR("a=--xyz\r\n--xy\r\n-\r--xyz--;"));
}

static void a_quoted_name_may_hold_anything(void **state)
{
    (void)state;
    gives(STR(PART("filename=\"a;name=b\\\".mp4\"; name=\"x;y\"", "1") "--xyz--"), STR("x;y:1;"));
}

static void other_headers_are_passed_over(void **state)
{
    (void)state;
    gives(STR("--xyz\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=a\r\n\r\n"
              "1\r\n--xyz--"),
          STR("a=1;"));
}

static void what_is_malformed_is_refused(void **state)
{
    static const struct str bad[] = {
        STR_INIT(""),
        STR_INIT("--xyz"),
        STR_INIT("--xyz\r\n"),
        STR_INIT(PART("name=\"a\"", "1")),          /* broken off */
        STR_INIT(PART("name=\"a\"", "1") "--xyz-"), /* the same, later */
        STR_INIT(PART("nam=\"a\"", "1") "--xyz--"), /* no name */
        STR_INIT("--xyz\r\n\r\n1\r\n--xyz--"),      /* no headers */
        STR_INIT("--xyzq\r\n\r\n1\r\n--xyz--"),     /* bytes behind a boundary */
        STR_INIT("--xyz\nContent-Disposition: form-data; name=a\n\n1\n--xyz--"), /* bare LF */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        for (size_t step = 1; step <= bad[i].len + 1; step++) {
            struct notes n = {0};

            assert_err(parse(bad[i], step, &n), ERR_INVALID);
            arena_reset(&arena);
        }
}

static void headers_of_a_part_are_bounded(void **state)
{
    struct str body = arena_str(&arena, "--xyz\r\n%*s", MULTIPART_HEADERS_MAX + 100, "x");
    struct notes n = {0};

    (void)state;
    assert_err(parse(body, body.len, &n), ERR_INVALID);
}

static void a_type_without_a_usable_boundary_is_another_type(void **state)
{
    static const struct str types[] = {
        STR_INIT(""),
        STR_INIT("text/plain"),
        STR_INIT("multipart/form-data"),
        STR_INIT("multipart/form-data; boundary="),
        STR_INIT("multipart/mixed; boundary=x"),
        STR_INIT("multipart/form-data; boundary="
                 "12345678901234567890123456789012345678901234567890123456789012345678901"),
    };
    const struct multipart_sink sink = {NULL, begin, data, end};

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++)
        assert_null(multipart_create(&ctx, types[i], &sink));
}

#define CASE(fn) cmocka_unit_test_teardown(fn, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(fields_and_files_are_told_apart),
        CASE(an_empty_part_is_a_part),
        CASE(what_stands_around_the_parts_is_ignored),
        CASE(what_looks_like_a_boundary_is_data),
        CASE(a_quoted_name_may_hold_anything),
        CASE(other_headers_are_passed_over),
        CASE(what_is_malformed_is_refused),
        CASE(headers_of_a_part_are_bounded),
        CASE(a_type_without_a_usable_boundary_is_another_type),
    };
    int failed = cmocka_run_group_tests_name("multipart", tests, NULL, NULL);

    arena_fini(&arena);
    return failed;
}
