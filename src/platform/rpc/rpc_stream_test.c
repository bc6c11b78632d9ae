/* Tests of streams over a real socket: messages both ways, their order, their end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "rpc_fixture.h"

static struct rpc_stream *open_stream(struct rpc_fixture *f, const char *path)
{
    struct rpc_stream *s = NULL;

    assert_ok(&f->ctx, rpc_stream_open(f->ch, &f->ctx, path, &s));
    return s;
}

static void say(struct rpc_fixture *f, struct rpc_stream *s, struct str message)
{
    assert_ok(&f->ctx, rpc_stream_send(s, &f->ctx, message));
}

static void hear(struct rpc_fixture *f, struct rpc_stream *s, struct str want)
{
    struct str got;

    assert_ok(&f->ctx, rpc_stream_receive(s, &f->ctx, &got));
    assert_str(got, want);
}

static void messages_go_both_ways_in_their_order(void **state)
{
    enum { MESSAGES = 200 };
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, CHAT);

    for (int i = 0; i < MESSAGES; i++)
        say(f, s, arena_str(&f->arena, "message %d", i));
    for (int i = 0; i < MESSAGES; i++)
        hear(f, s, arena_str(&f->arena, "message %d", i));
    rpc_stream_close(s);
}

static void a_stream_ends_well_when_the_caller_has_said_all(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, CHAT);
    struct str got;
    struct err *e;

    say(f, s, STR("one"));
    rpc_stream_end(s);
    hear(f, s, STR("one"));
    e = rpc_stream_receive(s, &f->ctx, &got);
    assert_err(e, ERR_CANCELLED);
    assert_string_equal(e->reason, RPC_STREAM_END);
    rpc_stream_close(s);
    fixture_eventually(atomic_load(&f->closed) == 1);
}

static void a_stream_that_lasts_is_told_more_after_the_caller_has_said_all(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, WATCH);

    say(f, s, STR("first"));
    rpc_stream_end(s);
    hear(f, s, STR("first"));
    fixture_eventually(atomic_load(&f->watcher));
    assert_true(rpc_server_stream_send(atomic_load(&f->watcher), STR("second")));
    hear(f, s, STR("second"));
    rpc_stream_close(s);
    fixture_eventually(atomic_load(&f->closed) == 1);
}

static void a_handlers_failure_ends_the_stream_with_it(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, CHAT);
    struct str got;
    struct err *e;

    say(f, s, STR("well"));
    say(f, s, STR("fail"));
    hear(f, s, STR("well"));
    e = rpc_stream_receive(s, &f->ctx, &got);
    assert_err(e, ERR_PRECONDITION);
    assert_string_equal(e->reason, "video_gone");
    assert_err(rpc_stream_send(s, &f->ctx, STR("more")), ERR_PRECONDITION);
    rpc_stream_close(s);
}

static void a_deadline_while_receiving_does_not_end_the_stream(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, CHAT);
    struct ctx hurried = {.arena = &f->arena,
                          .deadline_ns = clock_monotonic_ns() + 20 * (int64_t)CLOCK_NS_PER_MS};
    struct str got;

    assert_err(rpc_stream_receive(s, &hurried, &got), ERR_TIMEOUT);
    say(f, s, STR("later"));
    hear(f, s, STR("later"));
    rpc_stream_close(s);
}

static void *receive_until_cancelled(void *arg)
{
    struct rpc_stream *s = arg;
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};
    struct str got;
    struct err *e = rpc_stream_receive(s, &c, &got);

    return e && e->code == ERR_CANCELLED && !e->reason ? s : NULL;
}

/* Nothing else would: no ping is due. */
static void cancelling_wakes_who_waits_and_tells_the_handler(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s;
    pthread_t thread;
    void *cancelled;

    rpc_channel_destroy(f->ch);
    f->options.keepalive_ms = 0;
    f->ch = rpc_channel_create(&f->options);
    s = open_stream(f, WATCH);

    say(f, s, STR("first"));
    hear(f, s, STR("first"));
    assert_int_equal(pthread_create(&thread, NULL, receive_until_cancelled, s), 0);
    for (int i = 0; i < 30; i++)
        fixture_nap(); /* most likely it waits by now; if not, it will find the stream cancelled */
    rpc_stream_cancel(s);
    assert_int_equal(pthread_join(thread, &cancelled), 0);
    assert_ptr_equal(cancelled, s);
    rpc_stream_close(s);
    fixture_eventually(atomic_load(&f->closed) == 1);
}

static void unary_calls_go_on_beside_a_stream_that_waits(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, WATCH);
    pthread_t thread;
    void *cancelled;
    struct str got;

    assert_int_equal(pthread_create(&thread, NULL, receive_until_cancelled, s), 0);
    for (int i = 0; i < 50; i++)
        assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, STR("x"), &got));
    rpc_stream_cancel(s);
    assert_int_equal(pthread_join(thread, &cancelled), 0);
    rpc_stream_close(s);
}

static void what_nobody_receives_holds_the_peer_back_and_comes_in_the_end(void **state)
{
    enum { MESSAGES = 64, LEN = 100 * 1024 };
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, CHAT);
    struct str big = {memset(arena_bytes(&f->arena, LEN), 'x', LEN), LEN}, other;

    for (int i = 0; i < MESSAGES / 2; i++)
        say(f, s, big);
    assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, STR("y"), &other));
    for (int i = 0; i < MESSAGES / 2; i++)
        hear(f, s, big);
    for (int i = 0; i < MESSAGES / 2; i++) {
        say(f, s, big);
        hear(f, s, big);
    }
    rpc_stream_close(s);
}

static void who_does_not_read_what_he_asked_for_loses_the_stream(void **state)
{
    enum { LEN = 1 << 20 };
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, WATCH);
    struct str big = {memset(arena_bytes(&f->arena, LEN), 'x', LEN), LEN}, got;
    struct err *e = NULL;

    say(f, s, STR("first"));
    fixture_eventually(atomic_load(&f->watcher));
    while (rpc_server_stream_send(atomic_load(&f->watcher), big))
        ;
    while (!e)
        e = rpc_stream_receive(s, &f->ctx, &got);
    assert_err(e, ERR_EXHAUSTED);
    rpc_stream_close(s);
}

static void a_handler_learns_that_the_connection_is_gone(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, WATCH);
    struct str got;

    say(f, s, STR("first"));
    hear(f, s, STR("first"));
    rpc_channel_destroy(f->ch);
    f->ch = NULL;
    assert_err(rpc_stream_receive(s, &f->ctx, &got), ERR_UNAVAILABLE);
    rpc_stream_close(s);
    fixture_eventually(atomic_load(&f->closed) == 1);
}

static void closing_the_server_tells_handlers_and_callers(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = open_stream(f, WATCH);
    struct str got;

    say(f, s, STR("first"));
    hear(f, s, STR("first"));
    rpc_server_close(f->server);
    f->server = NULL;
    assert_int_equal(atomic_load(&f->closed), 1);
    assert_err(rpc_stream_receive(s, &f->ctx, &got), ERR_UNAVAILABLE);
    rpc_stream_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(messages_go_both_ways_in_their_order),
        RPC_TEST(a_stream_ends_well_when_the_caller_has_said_all),
        RPC_TEST(a_stream_that_lasts_is_told_more_after_the_caller_has_said_all),
        RPC_TEST(a_handlers_failure_ends_the_stream_with_it),
        RPC_TEST(a_deadline_while_receiving_does_not_end_the_stream),
        RPC_TEST(cancelling_wakes_who_waits_and_tells_the_handler),
        RPC_TEST(unary_calls_go_on_beside_a_stream_that_waits),
        RPC_TEST(what_nobody_receives_holds_the_peer_back_and_comes_in_the_end),
        RPC_TEST(who_does_not_read_what_he_asked_for_loses_the_stream),
        RPC_TEST(a_handler_learns_that_the_connection_is_gone),
        RPC_TEST(closing_the_server_tells_handlers_and_callers),
    };

    return cmocka_run_group_tests_name("rpc_stream", tests, NULL, NULL);
}
