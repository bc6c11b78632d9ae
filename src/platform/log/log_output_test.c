/* Tests of how lines leave the process: files, pipes, terminals, many threads, readers that stop.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "log_parsed.h"

enum { THREADS = 4, LINES = 500, BUFFER = 1 << 21 };

static struct arena arena;
static char buffer[BUFFER];

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* What can be read at once without waiting. */
static struct str drain(int fd)
{
    size_t len = 0;
    ssize_t n;

    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while (len < sizeof(buffer) && (n = read(fd, buffer + len, sizeof(buffer) - len)) > 0)
        len += (size_t)n;
    return (struct str){buffer, len};
}

static size_t json_lines(struct str text)
{
    static struct log_parsed p;
    size_t good = 0;

    while (text.len) {
        struct str line = str_cut(&text, '\n');

        good += log_parsed_read(line, &arena, &p) && log_parsed_get(&p, "message").len > 0;
        arena_reset(&arena);
    }
    return good;
}

static void *write_lines(void *arg)
{
    struct log *l = arg;
    char text[1500];

    memset(text, 'x', sizeof(text));
    for (int i = 0; i < LINES; i++)
        log_info(l, NULL, "line", log_str("a", ((struct str){text, (size_t)i * 3})),
                 log_str("b", ((struct str){text, (size_t)i})));
    return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
    FILE *file = tmpfile();
    pthread_t threads[THREADS];

    (void)state;
    assert_non_null(file);
    struct log *l = log_open(&(struct log_options){.fd = fileno(file)});

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, l), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(log_dropped(l), 0);
    log_close(l);
    assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
    size_t lines = 0;

    for (struct str text; (text = drain(fileno(file))).len;) {
        struct str whole = text;

        while (whole.len && whole.ptr[whole.len - 1] != '\n')
            whole.len--;
        lines += json_lines(whole);
        assert_true(lseek(fileno(file), (off_t)whole.len - (off_t)text.len, SEEK_CUR) >= 0);
    }
    assert_int_equal(lines, THREADS * LINES);
    (void)fclose(file);
}

static void a_line_into_a_pipe_is_atomic(void **state)
{
    int ends[2];
    char text[LOG_VALUE_MAX];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    struct log *l = log_open(&(struct log_options){.fd = ends[1]});
    struct str long_text = {memset(text, 'x', sizeof(text)), sizeof(text)};

    log_info(l, NULL, "long", log_str("a", long_text), log_str("b", long_text),
             log_str("c", long_text));
    struct str got = drain(ends[0]);

    assert_in_range(got.len, PIPE_BUF - 100, PIPE_BUF);
    assert_int_equal(json_lines(got), 1);
    log_close(l);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_reader_that_stops_costs_lines_but_does_not_block(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    struct log *l = log_open(&(struct log_options){.fd = ends[1]});
    uint64_t tried = 0;

    while (log_dropped(l) < 10) { /* would hang here */
        log_info(l, NULL, "line");
        tried++;
    }
    assert_int_equal(json_lines(drain(ends[0])), tried - log_dropped(l));
    log_info(l, NULL, "again");
    assert_int_equal(json_lines(drain(ends[0])), 1);
    assert_int_equal(log_dropped(l), 10);
    log_close(l);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_reader_that_is_gone_costs_lines(void **state)
{
    int ends[2];

    (void)state;
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    assert_int_equal(pipe(ends), 0);
    struct log *l = log_open(&(struct log_options){.fd = ends[1]});

    (void)close(ends[0]);
    log_info(l, NULL, "line");
    assert_int_equal(log_dropped(l), 1);
    log_close(l);
    (void)close(ends[1]);
}

/* A socket that does not block and is nearly full takes a part of a line. */
static void after_a_torn_line_the_next_one_is_whole(void **state)
{
    int ends[2], small = 1;
    char text[LOG_VALUE_MAX];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
    struct log *l = log_open(&(struct log_options){.fd = ends[1]});
    struct str part = {memset(text, 'x', sizeof(text)), sizeof(text)};

    log_info(l, NULL, "torn", log_str("a", part), log_str("b", part), log_str("c", part));
    assert_int_equal(log_dropped(l), 1);
    struct str torn = drain(ends[0]);

    assert_true(torn.len > 0 && torn.ptr[torn.len - 1] != '\n');
    log_info(l, NULL, "whole");
    struct str next = drain(ends[0]);

    assert_int_equal(next.ptr[0], '\n');
    assert_int_equal(json_lines(str_from(next, 1)), 1);
    log_info(l, NULL, "and the next");
    assert_int_equal(drain(ends[0]).ptr[0], '{');
    log_close(l);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* What the level and the colours make of a line on this descriptor. */
static struct str line_on(int fd, enum log_format format, int reader)
{
    struct log *l = log_open(&(struct log_options){.fd = fd, .format = format, .service = "duan"});

    log_warn(l, NULL, "slow\x1b[2J", log_int("n", 7), log_str("path", STR("/feed/")),
             log_str("text", STR("a \"b\"")), log_bool("hit", false), log_str("none", STR("")));
    log_close(l);
    return drain(reader);
}

static void text_is_for_people(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    struct str line = line_on(ends[1], LOG_FORMAT_TEXT, ends[0]);

    assert_str(str_from(line, strlen("07:08:09.123")),
               STR(" WARN  slow\\u001b[2J  n=7  path=/feed/  text=\"a \\\"b\\\"\"  hit=false  "
                   "none=\"\"\n"));
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static bool contains(struct str text, struct str part)
{
    return memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

static void a_terminal_gets_coloured_text_by_itself(void **state)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);

    (void)state;
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);

    assert_true(terminal >= 0);
    struct str line = line_on(terminal, LOG_FORMAT_AUTO, master);

    assert_true(contains(line, STR("\x1b[33mWARN\x1b[0m  slow\\u001b[2J  \x1b[2mn=\x1b[0m7 ")));
    line = line_on(terminal, LOG_FORMAT_JSON, master);
    assert_int_equal(line.ptr[0], '{');
    (void)close(terminal);
    (void)close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(threads_do_not_mix_their_lines),
        TEST(a_line_into_a_pipe_is_atomic),
        TEST(a_reader_that_stops_costs_lines_but_does_not_block),
        TEST(a_reader_that_is_gone_costs_lines),
        TEST(after_a_torn_line_the_next_one_is_whole),
        TEST(text_is_for_people),
        TEST(a_terminal_gets_coloured_text_by_itself),
    };

    return cmocka_run_group_tests_name("log_output", tests, NULL, teardown);
}
