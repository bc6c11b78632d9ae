/* Tests of gRPC's small forms: timeouts, texts, framing, failures as trailers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "fixture.h"
#include "grpc_percent.h"
#include "grpc_reader.h"
#include "grpc_status.h"
#include "grpc_timeout.h"

struct grpc_fixture {
    struct arena arena;
    struct ctx ctx;
};

static int setup(void **state)
{
    struct grpc_fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    return 0;
}

/* ---- timeouts ---- */

static void assert_timeout(int64_t ns, const char *want)
{
    char text[GRPC_TIMEOUT_MAX];

    assert_str(((struct str){text, grpc_timeout_write(ns, text)}), str_of(want));
}

static void a_timeout_is_written_in_the_finest_unit_that_fits(void **state)
{
    (void)state;
    assert_timeout(1, "1n");
    assert_timeout(99999999, "99999999n");
    assert_timeout(100000000, "100000u");
    assert_timeout(INT64_C(100000000000), "100000m");
    assert_timeout(INT64_C(99999999) * 1000000000, "99999999S");
    assert_timeout(INT64_C(100000000) * 1000000000, "1666666M");
    assert_timeout(INT64_MAX, "52704000M");
}

static void a_timeout_that_is_over_is_the_shortest_there_is(void **state)
{
    (void)state;
    assert_timeout(0, "1n");
    assert_timeout(-5, "1n");
}

static void timeouts_are_read_in_every_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t ns;
    } known[] = {{"5n", 5},
                 {"5u", 5000},
                 {"5m", 5000000},
                 {"5S", INT64_C(5000000000)},
                 {"5M", INT64_C(300000000000)},
                 {"5H", INT64_C(18000000000000)},
                 {"0S", 0}};
    int64_t ns;

    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_true(grpc_timeout_read(str_of(known[i].text), &ns));
        assert_int_equal(ns, known[i].ns);
    }
    assert_true(grpc_timeout_read(STR("99999999H"), &ns));
    assert_true(ns > 0);
}

static void what_is_no_timeout_is_refused(void **state)
{
    static const char *const bad[] = {"",    "S",   "5",    "5s",        "5 S",
                                      "-5S", "+5S", "5.5S", "123456789S"};
    int64_t ns = 7;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(grpc_timeout_read(str_of(bad[i]), &ns));
    assert_int_equal(ns, 7);
}

/* ---- texts ---- */

static void plain_text_is_sent_as_it_is(void **state)
{
    struct grpc_fixture *f = *state;
    struct str plain = STR("a plain text: ~!");

    assert_ptr_equal(grpc_percent_encode(&f->arena, plain).ptr, plain.ptr);
}

static void other_text_is_coded_and_comes_back(void **state)
{
    struct grpc_fixture *f = *state;
    struct str text = STR("100 % \xe7\x9f\xad"), coded = grpc_percent_encode(&f->arena, text);

    assert_str(coded, STR("100 %25 %E7%9F%AD"));
    assert_str(grpc_percent_decode(&f->arena, coded), text);
}

static void what_a_peer_coded_wrongly_can_still_be_printed(void **state)
{
    struct grpc_fixture *f = *state;

    assert_str(grpc_percent_decode(&f->arena, STR("%")), STR("%"));
    assert_str(grpc_percent_decode(&f->arena, STR("%4")), STR("%4"));
    assert_str(grpc_percent_decode(&f->arena, STR("%zz%41")), STR("%zzA"));
    assert_str(grpc_percent_decode(&f->arena, STR("a%0Ab%7Fc")), STR("a?b?c"));
    assert_str(grpc_percent_decode(&f->arena, STR("a%FFb")), STR("a?b"));
    assert_str(grpc_percent_decode(&f->arena, STR("a%00b")), STR("a"));
}

/* ---- framing ---- */

static void messages_are_found_however_the_bytes_are_cut(void **state)
{
    struct grpc_fixture *f = *state;
    static const char bytes[] = "\0\0\0\0\3abc\0\0\0\0\0\0\0\0\0\1d";

    for (size_t step = 1; step <= sizeof(bytes); step++) {
        struct grpc_reader r = {.arena = &f->arena, .max = 3};
        struct str all = {bytes, sizeof(bytes) - 1};
        const char *found = "";

        while (all.len) {
            struct str piece = {all.ptr, all.len < step ? all.len : step};

            all = str_from(all, piece.len);
            while (grpc_reader_take(&r, &piece) == GRPC_READ_MESSAGE)
                found = arena_printf(&f->arena, "%s<" STR_FMT ">", found,
                                     STR_ARG(grpc_reader_message(&r)));
        }
        assert_string_equal(found, "<abc><><d>");
        assert_true(grpc_reader_between(&r));
    }
}

static void a_message_that_has_begun_is_not_between_messages(void **state)
{
    struct grpc_fixture *f = *state;
    struct grpc_reader r = {.arena = &f->arena, .max = 3};
    struct str bytes = STR("\0\0");

    assert_true(grpc_reader_between(&r));
    assert_int_equal(grpc_reader_take(&r, &bytes), GRPC_READ_MORE);
    assert_false(grpc_reader_between(&r));
    bytes = STR("\0\0\3ab");
    assert_int_equal(grpc_reader_take(&r, &bytes), GRPC_READ_MORE);
    assert_false(grpc_reader_between(&r));
}

static void long_and_compressed_messages_are_refused_at_their_prefix(void **state)
{
    struct grpc_fixture *f = *state;
    struct grpc_reader one = {.arena = &f->arena, .max = 3}, two = one;
    struct str long_one = STR("\0\0\0\0\4"), compressed = STR("\1\0\0\0\1");

    assert_int_equal(grpc_reader_take(&one, &long_one), GRPC_READ_TOO_LONG);
    assert_int_equal(grpc_reader_take(&two, &compressed), GRPC_READ_COMPRESSED);
}

static void announcing_much_costs_little(void **state)
{
    struct grpc_fixture *f = *state;
    struct grpc_reader r = {.arena = &f->arena, .max = 1 << 30};
    struct str bytes = STR("\0\x3f\xff\xff\xffx");

    assert_int_equal(grpc_reader_take(&r, &bytes), GRPC_READ_MORE);
    assert_true(r.room <= 8192);
}

/* ---- failures ---- */

/* As the other side has it. */
static struct err *across(struct ctx *c, const struct err *e)
{
    nghttp2_nv headers[GRPC_STATUS_HEADERS];
    struct grpc_status s = {.code = -1};
    size_t n = grpc_status_write(c, e, headers);

    for (size_t i = 0; i < n; i++)
        grpc_status_read(&s, c->arena, h2_text(headers[i].name, headers[i].namelen),
                         h2_text(headers[i].value, headers[i].valuelen));
    return grpc_status_err(c, &s);
}

static void success_is_no_failure(void **state)
{
    struct grpc_fixture *f = *state;

    assert_null(across(&f->ctx, NULL));
}

static void a_failure_without_a_message_arrives(void **state)
{
    struct grpc_fixture *f = *state;
    struct err *e = across(&f->ctx, err_new(&f->ctx, ERR_NOT_FOUND, "%s", ""));

    assert_err(e, ERR_NOT_FOUND);
    assert_string_equal(e->msg, "");
    assert_null(e->reason);
}

static void texts_that_look_like_joints_do_not_confuse_the_chain(void **state)
{
    struct grpc_fixture *f = *state;
    struct ctx *c = &f->ctx;
    struct err *was = err_wrap(c, err_wrap(c, err_new(c, ERR_ABORTED, "a: b, c: 3"), ": "), "x: ");
    struct err *e = across(c, was);

    assert_string_equal(e->msg, "x: ");
    assert_string_equal(e->cause->msg, ": ");
    assert_string_equal(err_root(e)->msg, "a: b, c: 3");
    assert_null(e->cause->cause->cause);
}

static void of_a_long_chain_the_root_and_its_neighbours_remain(void **state)
{
    enum { DEPTH = 40 };
    struct grpc_fixture *f = *state;
    struct ctx *c = &f->ctx;
    struct err *was = err_new(c, ERR_ABORTED, "root");
    size_t depth = 0;

    for (int i = 0; i < DEPTH; i++)
        was = err_wrap(c, was, "layer %d", i);
    for (const struct err *e = across(c, was); e; e = e->cause, depth++)
        if (!e->cause)
            assert_string_equal(e->msg, "root");
    assert_int_equal(depth, GRPC_STATUS_PLACES);
}

static void a_long_text_is_cut_between_two_characters(void **state)
{
    enum { LONGEST = 3000 };
    struct grpc_fixture *f = *state;
    struct err was = {.code = ERR_ABORTED, .where = "x.c:1"}, *e;
    char *text = arena_bytes(&f->arena, LONGEST + 1);

    for (size_t i = 0; i < LONGEST; i += 3)
        memcpy(text + i, "\xe7\x9f\xad", 3);
    text[LONGEST] = '\0';
    was.msg = text;
    e = across(&f->ctx, &was);
    assert_int_equal(strlen(e->msg), GRPC_STATUS_MESSAGE / 3 * 3);
    assert_string_equal(e->where, "x.c:1");
}

int main(void)
{
#define GRPC_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_end)
    const struct CMUnitTest tests[] = {
        GRPC_TEST(a_timeout_is_written_in_the_finest_unit_that_fits),
        GRPC_TEST(a_timeout_that_is_over_is_the_shortest_there_is),
        GRPC_TEST(timeouts_are_read_in_every_unit),
        GRPC_TEST(what_is_no_timeout_is_refused),
        GRPC_TEST(plain_text_is_sent_as_it_is),
        GRPC_TEST(other_text_is_coded_and_comes_back),
        GRPC_TEST(what_a_peer_coded_wrongly_can_still_be_printed),
        GRPC_TEST(messages_are_found_however_the_bytes_are_cut),
        GRPC_TEST(a_message_that_has_begun_is_not_between_messages),
        GRPC_TEST(long_and_compressed_messages_are_refused_at_their_prefix),
        GRPC_TEST(announcing_much_costs_little),
        GRPC_TEST(success_is_no_failure),
        GRPC_TEST(a_failure_without_a_message_arrives),
        GRPC_TEST(texts_that_look_like_joints_do_not_confuse_the_chain),
        GRPC_TEST(of_a_long_chain_the_root_and_its_neighbours_remain),
        GRPC_TEST(a_long_text_is_cut_between_two_characters),
    };

    return cmocka_run_group_tests_name("grpc", tests, NULL, NULL);
}
