/* Tests of what a line of log says. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fixture.h"
#include "log.h"
#include "log_parsed.h"

struct fixture {
    struct arena arena;
    struct ctx ctx;
    FILE *file;
    struct log *log;
    struct log_parsed line;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->file = tmpfile();
    assert_non_null(f->file);
    f->ctx.arena = &f->arena;
    f->log = log_open(&(struct log_options){.fd = fileno(f->file),
                                            .level = LOG_LEVEL_INFO,
                                            .service = "duan",
                                            .version = "1.2",
                                            .node = "gateway-1"});
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    log_close(f->log);
    (void)fclose(f->file);
    return fixture_end(state);
}

/* Everything that was written since the last call. */
static struct str written(struct fixture *f)
{
    off_t len = lseek(fileno(f->file), 0, SEEK_END);
    char *text = arena_bytes(&f->arena, (size_t)len);

    assert_int_equal(pread(fileno(f->file), text, (size_t)len, 0), len);
    assert_int_equal(ftruncate(fileno(f->file), 0), 0);
    assert_int_equal(lseek(fileno(f->file), 0, SEEK_SET), 0);
    return (struct str){text, (size_t)len};
}

/* The one line that was written, read as JSON. */
static const struct log_parsed *parsed(struct fixture *f)
{
    struct str rest = written(f), line = str_cut(&rest, '\n');

    assert_int_equal(rest.len, 0);
    if (!log_parsed_read(line, &f->arena, &f->line))
        fail_msg("not JSON: " STR_FMT, STR_ARG(line));
    return &f->line;
}

struct pair {
    const char *key, *value;
};

static void has(const struct log_parsed *p, const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str got = log_parsed_get(p, pairs[i].key);

        if (!str_eq(got, str_of(pairs[i].value)))
            fail_msg("%s is \"" STR_FMT "\"", pairs[i].key, STR_ARG(got));
    }
}

static void a_line_has_the_names_of_ecs(void **state)
{
    static const struct pair want[] = {
        {"log.level", "info"},          {"message", "request"},
        {"ecs.version", "8.11.0"},      {"service.name", "duan"},
        {"service.version", "1.2"},     {"service.node.name", "gateway-1"},
        {"http.request.method", "GET"}, {"http.response.status_code", "200"},
        {"labels.hit", "true"}};
    struct fixture *f = *state;

    log_info(f->log, NULL, "request", log_str("http.request.method", STR("GET")),
             log_int("http.response.status_code", 200), log_bool("labels.hit", true));
    const struct log_parsed *p = parsed(f);
    struct str stamp = log_parsed_get(p, "@timestamp");

    assert_str(p->keys[0], STR("@timestamp"));
    assert_str(p->keys[1], STR("log.level"));
    assert_str(p->keys[2], STR("message"));
    assert_int_equal(stamp.len, strlen("2024-05-06T07:08:09.123Z"));
    assert_true(stamp.ptr[10] == 'T' && stamp.ptr[19] == '.' && stamp.ptr[23] == 'Z');
    assert_int_equal(p->count, 10);
    has(p, want, COUNT(want));
}

static void a_request_gives_its_ids(void **state)
{
    static const struct pair want[] = {{"trace.id", "0af7651916cd43dd0000000000000001"},
                                       {"span.id", "00000000000000b7"},
                                       {"http.request.id", "r-1"},
                                       {"user.id", "42"}};
    struct fixture *f = *state;
    struct ctx c = {.user_id = 42,
                    .request_id = STR("r-1"),
                    .trace = {.high = 0x0af7651916cd43dd, .low = 1, .span = 0xb7}};

    log_info(f->log, &c, "request");
    const struct log_parsed *p = parsed(f);
    has(p, want, COUNT(want));
}

static void what_a_request_has_not_is_left_out(void **state)
{
    struct fixture *f = *state;

    log_info(f->log, &f->ctx, "request");
    assert_int_equal(parsed(f)->count, 7);
}

static void a_failure_is_told_whole(void **state)
{
    static const struct pair want[] = {{"log.level", "error"},
                                       {"error.code", "video_not_found"},
                                       {"error.type", "not_found"},
                                       {"error.message", "like: no video 42"}};
    struct fixture *f = *state;
    struct err *root = err_reason(&f->ctx, ERR_NOT_FOUND, "video_not_found", "no video %d", 42);
    struct err *e = err_wrap(&f->ctx, root, "like");

    log_error(f->log, &f->ctx, "request failed", log_err(e));
    const struct log_parsed *p = parsed(f);
    struct str places = log_parsed_get(p, "error.stack_trace");

    assert_str(str_cut(&places, '\n'), str_of(e->where));
    assert_str(places, str_of(root->where));
    has(p, want, COUNT(want));
}

static void success_adds_no_error(void **state)
{
    struct fixture *f = *state;

    log_info(f->log, NULL, "request", log_err(NULL), log_int("n", INT64_MIN));
    const struct log_parsed *p = parsed(f);

    assert_int_equal(p->count, 8);
    assert_str(log_parsed_get(p, "n"), STR("-9223372036854775808"));
}

static void a_failure_too_long_is_cut(void **state)
{
    struct fixture *f = *state;
    struct err *e = err_new(&f->ctx, ERR_INTERNAL, "root");

    for (int i = 0; i < 300; i++)
        e = err_wrap(&f->ctx, e, "some more of the story");
    log_error(f->log, NULL, "failed", log_err(e));
    const struct log_parsed *p = parsed(f);

    assert_true(str_ends(log_parsed_get(p, "error.message"), STR("...")));
    assert_true(str_ends(log_parsed_get(p, "error.stack_trace"), STR("...")));
    assert_str(log_parsed_get(p, "labels.cut"), STR("true"));
}

static void query_strings_are_never_logged(void **state)
{
    struct fixture *f = *state;

    log_info(f->log, NULL, "request", log_str("url.path", STR("/feed/?token=hunter2")),
             log_str("url.original", STR("/x#hunter2")));
    const struct log_parsed *p = parsed(f);

    assert_str(log_parsed_get(p, "url.path"), STR("/feed/"));
    assert_str(log_parsed_get(p, "url.original"), STR("/x"));
}

static void any_bytes_make_a_valid_line(void **state)
{
    struct fixture *f = *state;
    char all[256];

    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    log_info(f->log, NULL, "bytes", log_str("a", ((struct str){all, sizeof(all)})),
             log_str("b", STR("\xe7\x9f\xad \"\\\n\x1b[31m \xc2\x9b \xf0\x9f\x98\x80")),
             log_str("c", STR("\xe7\x9f")), log_str("d", (struct str){0}));
    struct str raw = written(f);

    for (size_t i = 0; i + 1 < raw.len; i++)
        assert_in_range((unsigned char)raw.ptr[i], 0x20, 0xff);
    assert_non_null(memmem(raw.ptr, raw.len, "\\u001b[31m \\u009b ", 18)); /* both begin commands */
    assert_true(log_parsed_read((struct str){raw.ptr, raw.len - 1}, &f->arena, &f->line));
    assert_str(log_parsed_get(&f->line, "b"),
               STR("\xe7\x9f\xad \"\\\n\x1b[31m \xc2\x9b \xf0\x9f\x98\x80"));
    assert_str(log_parsed_get(&f->line, "c"), STR("\xef\xbf\xbd\xef\xbf\xbd"));
    assert_int_equal(f->line.count, 11);
}

static void a_level_is_changed_while_running(void **state)
{
    struct fixture *f = *state;

    log_debug(f->log, NULL, "quiet");
    assert_int_equal(written(f).len, 0);
    log_set_level(f->log, LOG_LEVEL_DEBUG);
    assert_true(log_enabled(f->log, LOG_LEVEL_DEBUG));
    log_debug(f->log, NULL, "loud");
    assert_str(log_parsed_get(parsed(f), "log.level"), STR("debug"));
    log_set_level(f->log, LOG_LEVEL_ERROR);
    log_warn(f->log, NULL, "quiet");
    assert_int_equal(written(f).len, 0);
    assert_int_equal(log_dropped(f->log), 0);
}

static struct str many(struct fixture *f, size_t len, char byte)
{
    return (struct str){memset(arena_bytes(&f->arena, len), byte, len), len};
}

static void a_long_value_is_cut_and_marked(void **state)
{
    struct fixture *f = *state;

    log_info(f->log, NULL, "long", log_str("a", many(f, 100000, 'x')), log_str("b", STR("kept")));
    const struct log_parsed *p = parsed(f);

    assert_int_equal(log_parsed_get(p, "a").len, LOG_VALUE_MAX - 1);
    assert_true(str_ends(log_parsed_get(p, "a"), STR("x...")));
    assert_str(log_parsed_get(p, "b"), STR("kept"));
    assert_str(log_parsed_get(p, "labels.cut"), STR("true"));
}

/* The pad moves the end of the line through all positions between the pieces of a field. */
static void a_long_line_stays_json_wherever_it_is_cut(void **state)
{
    struct fixture *f = *state;

    for (size_t pad = 0; pad < 40; pad++) {
        struct str part = many(f, LOG_VALUE_MAX, '\x01');

        log_info(f->log, NULL, "long", log_str("pad", many(f, pad, 'x')), log_str("a", part),
                 log_str("b", part), log_str("c", part), log_str("d", part), log_str("e", part),
                 log_bool("f", true), log_int("g", 7));
        struct str raw = written(f);

        assert_true(raw.len <= LOG_LINE_MAX && raw.ptr[raw.len - 1] == '\n');
        assert_true(log_parsed_read((struct str){raw.ptr, raw.len - 1}, &f->arena, &f->line));
        assert_true(log_parsed_get(&f->line, "labels.cut").len > 0);
        arena_reset(&f->arena);
    }
}

static void logging_leaves_errno_alone(void **state)
{
    struct fixture *f = *state;

    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC); /* writing to it is EBADF */

    log_close(f->log);
    f->log = log_open(&(struct log_options){.fd = fd});
    errno = ENOENT;
    log_info(f->log, NULL, "nowhere to go");
    assert_int_equal(errno, ENOENT);
    assert_int_equal(log_dropped(f->log), 1);
    (void)close(fd);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_line_has_the_names_of_ecs),
        CASE(a_request_gives_its_ids),
        CASE(what_a_request_has_not_is_left_out),
        CASE(a_failure_is_told_whole),
        CASE(success_adds_no_error),
        CASE(a_failure_too_long_is_cut),
        CASE(query_strings_are_never_logged),
        CASE(any_bytes_make_a_valid_line),
        CASE(a_level_is_changed_while_running),
        CASE(a_long_value_is_cut_and_marked),
        CASE(a_long_line_stays_json_wherever_it_is_cut),
        CASE(logging_leaves_errno_alone),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
