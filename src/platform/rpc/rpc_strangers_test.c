/* Tests of peers that are not what they should be: silent, stopped, gone, or no gRPC at all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "rpc_fixture.h"
#include "rpc_server_parts.h"

static int listen_somewhere(struct rpc_fixture *f)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    f->options.address = arena_str(&f->arena, "127.0.0.1:%d", ntohs(at.sin_port));
    return fd;
}

/* How a call of somebody ends who lets us connect and says nothing. */
static void assert_silence(struct rpc_fixture *f, struct ctx *c, enum err_code end)
{
    int fd = listen_somewhere(f);
    struct rpc_channel *ch = rpc_channel_create(&f->options);
    struct str resp;
    bool sent = false;

    assert_err(rpc_finish(rpc_begin(ch, c, ECHO, STR("x")), &resp, &sent), end);
    assert_true(sent);
    rpc_channel_destroy(ch);
    close(fd);
}

static void a_peer_that_never_answers_costs_the_deadline_and_may_have_seen_it(void **state)
{
    struct rpc_fixture *f = *state;
    struct ctx c = {.arena = &f->arena,
                    .deadline_ns = clock_monotonic_ns() + 50 * (int64_t)CLOCK_NS_PER_MS};

    assert_silence(f, &c, ERR_TIMEOUT);
}

static void a_peer_that_falls_silent_is_given_up(void **state)
{
    struct rpc_fixture *f = *state;

    f->options.keepalive_ms = 20;
    assert_silence(f, &f->ctx, ERR_UNAVAILABLE);
}

/* It may still do what it was asked for until then: to ask another meanwhile would be too early. */
static void a_call_with_a_deadline_waits_for_it_at_a_peer_that_falls_silent(void **state)
{
    struct rpc_fixture *f = *state;
    struct ctx c = {.arena = &f->arena,
                    .deadline_ns = clock_monotonic_ns() + 200 * (int64_t)CLOCK_NS_PER_MS};

    f->options.keepalive_ms = 20;
    assert_silence(f, &c, ERR_TIMEOUT);
    assert_true(clock_monotonic_ns() >= c.deadline_ns);
}

/* What a log on this descriptor has said. */
static struct str said(struct rpc_fixture *f, int fd)
{
    enum { MOST = 4096 };
    char *text = arena_bytes(&f->arena, MOST);
    ssize_t n = pread(fd, text, MOST, 0);

    assert_true(n >= 0);
    return (struct str){text, (size_t)n};
}

static void say_something_else(struct rpc_fixture *f)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct str address = f->options.address;
    int64_t port = 0;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)str_cut(&address, ':');
    assert_true(str_to_i64(address, &port));
    at.sin_port = htons((uint16_t)port);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(send(fd, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
    close(fd);
}

static void peers_that_break_the_rules_are_counted_and_told_of(void **state)
{
    struct rpc_fixture *f = *state;
    int fd = memfd_create("log", MFD_CLOEXEC);
    struct log_options options = {.fd = fd, .format = LOG_FORMAT_JSON};

    f->server_options.log = log_open(&options);
    fixture_restart(f);
    say_something_else(f);
    fixture_eventually(rpc_server_stats(f->server).misused == 1);
    fixture_eventually(said(f, fd).len > 0);
    assert_non_null(memmem(said(f, fd).ptr, said(f, fd).len, "no HTTP/2", 9));
    rpc_server_close(f->server);
    f->server = NULL;
    log_close(f->server_options.log);
    close(fd);
}

static void *hang_up_on_all(void *arg)
{
    int fd = *(int *)arg, one;

    while ((one = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        close(one);
    return NULL;
}

static void a_peer_that_hangs_up_without_a_word_saw_nothing(void **state)
{
    struct rpc_fixture *f = *state;
    int fd = listen_somewhere(f);
    struct rpc_channel *ch = rpc_channel_create(&f->options);
    pthread_t thread;
    struct str resp;
    bool sent = true;

    assert_int_equal(pthread_create(&thread, NULL, hang_up_on_all, &fd), 0);
    assert_err(rpc_finish(rpc_begin(ch, &f->ctx, ECHO, STR("x")), &resp, &sent), ERR_UNAVAILABLE);
    assert_false(sent);
    assert_int_equal(shutdown(fd, SHUT_RDWR), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    rpc_channel_destroy(ch);
    close(fd);
}

/* A process that was stopped accepts when it goes on; its system had answered for it. */
static void a_call_whose_deadline_passes_before_it_is_accepted_is_not_served(void **state)
{
    struct rpc_fixture *f = *state;
    struct ctx hurried = {.arena = &f->arena};
    int fd = listen_somewhere(f);
    struct rpc_channel *ch = rpc_channel_create(&f->options);
    struct str resp;

    hurried.deadline_ns = clock_monotonic_ns() + 100 * (int64_t)CLOCK_NS_PER_MS;
    struct rpc_flight *flight = rpc_begin(ch, &hurried, WAIT, STR("x"));
    fixture_eventually(clock_monotonic_ns() > hurried.deadline_ns);
    (void)rpc_server_conn_open(f->server, accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
    fixture_eventually(rpc_server_stats(f->server).failed == 1 || atomic_load(&f->waited));
    assert_err(rpc_finish(flight, &resp, NULL), ERR_TIMEOUT);
    assert_int_equal(atomic_load(&f->waited), 0);
    rpc_channel_destroy(ch);
    close(fd);
}

static void after_a_failure_calls_fail_without_connecting_and_later_they_succeed(void **state)
{
    struct rpc_fixture *f = *state;

    rpc_server_close(f->server);
    assert_err(fixture_echo(f), ERR_UNAVAILABLE);
    f->server_options.listen = f->options.address;
    fixture_serve(f);
    fixture_eventually(!fixture_echo(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(a_peer_that_never_answers_costs_the_deadline_and_may_have_seen_it),
        RPC_TEST(a_peer_that_falls_silent_is_given_up),
        RPC_TEST(a_call_with_a_deadline_waits_for_it_at_a_peer_that_falls_silent),
        RPC_TEST(peers_that_break_the_rules_are_counted_and_told_of),
        RPC_TEST(a_peer_that_hangs_up_without_a_word_saw_nothing),
        RPC_TEST(a_call_whose_deadline_passes_before_it_is_accepted_is_not_served),
        RPC_TEST(after_a_failure_calls_fail_without_connecting_and_later_they_succeed),
    };

    return cmocka_run_group_tests_name("rpc_strangers", tests, NULL, NULL);
}
