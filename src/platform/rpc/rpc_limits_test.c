/* Tests of what both ends hold to: limits, hand-over, drain, calls that nobody saw. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>

#include "rpc_fixture.h"

/* ---- how much ---- */

static void a_request_that_is_too_long_is_refused(void **state)
{
    enum { LEN = 2000 };
    struct rpc_fixture *f = *state;
    struct str big = {memset(arena_bytes(&f->arena, LEN), 'x', LEN), LEN}, resp;

    f->server_options.message_max = LEN - 1;
    fixture_restart(f);
    assert_err(fixture_call(f, &f->ctx, ECHO, big, &resp), ERR_EXHAUSTED);
    big.len--;
    assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, big, &resp));
}

static void a_reply_that_is_too_long_is_refused(void **state)
{
    enum { LEN = 2000 };
    struct rpc_fixture *f = *state;
    struct str big = {memset(arena_bytes(&f->arena, LEN), 'x', LEN), LEN}, resp;

    f->options.message_max = LEN - 1;
    fixture_restart(f);
    assert_err(fixture_call(f, &f->ctx, ECHO, big, &resp), ERR_EXHAUSTED);
    big.len--;
    assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, big, &resp));
}

static void too_many_calls_of_a_channel_fail_at_once(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_flight *first, *second;
    struct str resp;

    f->options.in_flight_max = 2;
    fixture_restart(f);
    first = rpc_begin(f->ch, &f->ctx, ECHO, STR("1"));
    second = rpc_begin(f->ch, &f->ctx, ECHO, STR("2"));
    assert_err(fixture_echo(f), ERR_EXHAUSTED);
    assert_ok(&f->ctx, rpc_finish(first, &resp, NULL));
    assert_ok(&f->ctx, fixture_echo(f));
    assert_ok(&f->ctx, rpc_finish(second, &resp, NULL));
}

/* One poller, so that it never runs a handler; one worker, and room for one more request. */
static void make_small(struct rpc_fixture *f)
{
    f->server_options.pollers = f->server_options.workers = 1;
    f->server_options.queue_max = 1;
    fixture_restart(f);
}

static void a_full_queue_refuses_at_once_and_serves_the_rest(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_flight *running, *queued;
    struct str resp;

    make_small(f);
    atomic_store(&f->held, true);
    running = rpc_begin(f->ch, &f->ctx, WAIT, STR("1"));
    fixture_eventually(atomic_load(&f->waiting) == 1);
    queued = rpc_begin(f->ch, &f->ctx, ECHO, STR("2"));
    fixture_eventually(rpc_server_stats(f->server).queued == 1);
    assert_err(fixture_echo(f), ERR_EXHAUSTED);
    assert_int_equal(rpc_server_stats(f->server).refused, 1);
    atomic_store(&f->held, false);
    assert_ok(&f->ctx, rpc_finish(running, &resp, NULL));
    assert_ok(&f->ctx, rpc_finish(queued, &resp, NULL));
}

static void a_call_whose_deadline_passes_in_the_queue_is_not_served(void **state)
{
    struct rpc_fixture *f = *state;
    struct ctx hurried = {.arena = &f->arena,
                          .deadline_ns = clock_monotonic_ns() + 50 * (int64_t)CLOCK_NS_PER_MS};
    struct rpc_flight *running;
    struct str resp;

    make_small(f);
    atomic_store(&f->held, true);
    running = rpc_begin(f->ch, &f->ctx, WAIT, STR("1"));
    fixture_eventually(atomic_load(&f->waiting) == 1);
    assert_err(fixture_call(f, &hurried, WAIT, STR("2"), &resp), ERR_TIMEOUT);
    atomic_store(&f->held, false);
    assert_ok(&f->ctx, rpc_finish(running, &resp, NULL));
    fixture_eventually(rpc_server_stats(f->server).queued == 0); /* there is room for one */
    assert_ok(&f->ctx, fixture_echo(f));                         /* comes after it */
    assert_int_equal(atomic_load(&f->waited), 1);
}

/* A call that waits in its handler. The deadline is as short as this machine allows; by *late_ns it
 * has passed on the other side too, where it began when the call was read. */
static struct rpc_flight *begin_hurried(struct rpc_fixture *f, struct ctx *hurried,
                                        int64_t *late_ns)
{
    struct rpc_flight *flight;
    struct str resp;

    for (int64_t ms = 30;; ms *= 2) {
        uint64_t failed = rpc_server_stats(f->server).failed;

        hurried->deadline_ns = clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
        flight = rpc_begin(f->ch, hurried, WAIT, STR("1"));
        fixture_eventually(atomic_load(&f->waiting) == 1 ||
                           rpc_server_stats(f->server).failed > failed);
        *late_ns = clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
        if (atomic_load(&f->waiting) == 1)
            return flight;
        assert_err(rpc_finish(flight, &resp, NULL), ERR_TIMEOUT);
    }
}

static void a_handler_that_ends_after_the_deadline_has_failed(void **state)
{
    struct rpc_fixture *f = *state;
    struct ctx hurried = {.arena = &f->arena};
    struct rpc_flight *flight;
    struct str resp;
    int64_t late_ns;
    uint64_t failed;

    atomic_store(&f->held, true);
    flight = begin_hurried(f, &hurried, &late_ns);
    failed = rpc_server_stats(f->server).failed;
    fixture_eventually(clock_monotonic_ns() > late_ns);
    atomic_store(&f->held, false);
    fixture_eventually(rpc_server_stats(f->server).failed > failed);
    assert_err(rpc_finish(flight, &resp, NULL), ERR_TIMEOUT);
}

static void connections_beyond_the_limit_are_closed(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_channel *other;
    struct str resp;
    bool sent = true;

    f->options.connections = 1;
    f->server_options.connections_max = 1;
    fixture_restart(f);
    assert_ok(&f->ctx, fixture_echo(f));
    other = rpc_channel_create(&f->options);
    assert_err(rpc_finish(rpc_begin(other, &f->ctx, ECHO, STR("x")), &resp, &sent),
               ERR_UNAVAILABLE);
    assert_false(sent);
    rpc_channel_destroy(other);
    assert_ok(&f->ctx, fixture_echo(f));
}

static void another_connection_is_used_when_the_first_is_busy(void **state)
{
    enum { CALLS = 40 };
    struct rpc_fixture *f = *state;
    struct rpc_flight *flights[CALLS];
    struct str resp;

    for (int i = 0; i < 3; i++)
        assert_ok(&f->ctx, fixture_echo(f));
    assert_int_equal(rpc_server_stats(f->server).accepted, 1);
    for (int i = 0; i < CALLS; i++)
        flights[i] = rpc_begin(f->ch, &f->ctx, ECHO, STR("x"));
    for (int i = 0; i < CALLS; i++)
        assert_ok(&f->ctx, rpc_finish(flights[i], &resp, NULL));
    assert_int_equal(rpc_server_stats(f->server).accepted, 2);
}

/* ---- going elsewhere ---- */

struct caller {
    struct rpc_fixture *f;
    _Atomic bool stop;
    int calls, failed;
    char failure[200];
};

static void *call_until_stopped(void *arg)
{
    struct caller *caller = arg;
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};
    struct str resp;

    for (; !atomic_load(&caller->stop); arena_reset(&arena)) {
        struct err *e = fixture_call(caller->f, &c, ECHO, STR("x"), &resp);

        caller->calls++;
        if (e && !caller->failed++)
            (void)snprintf(caller->failure, sizeof(caller->failure), "%s", err_text(&c, e));
    }
    return NULL;
}

enum { CALLERS = 3 };

static void start_callers(struct rpc_fixture *f, struct caller *callers, pthread_t *threads)
{
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.f = f};
        assert_int_equal(pthread_create(&threads[i], NULL, call_until_stopped, &callers[i]), 0);
    }
}

static void stop_callers(struct caller *callers, pthread_t *threads)
{
    for (int i = 0; i < CALLERS; i++) {
        atomic_store(&callers[i].stop, true);
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        if (callers[i].failed)
            fail_msg("%d of %d: %s", callers[i].failed, callers[i].calls, callers[i].failure);
        assert_true(callers[i].calls > 0);
    }
}

static void connections_that_grow_old_are_handed_over_without_a_failed_call(void **state)
{
    struct rpc_fixture *f = *state;
    struct caller callers[CALLERS];
    pthread_t threads[CALLERS];
    uint64_t wanted;

    f->server_options.age_ms = 20;
    fixture_restart(f);
    start_callers(f, callers, threads);
    wanted = rpc_server_stats(f->server).accepted + 12;
    fixture_eventually(rpc_server_stats(f->server).accepted >= wanted);
    stop_callers(callers, threads);
}

static void a_call_after_a_pause_finds_idle_connections_closed_and_does_not_fail(void **state)
{
    struct rpc_fixture *f = *state;

    f->server_options.idle_ms = 20;
    fixture_restart(f);
    for (int i = 0; i < 3; i++) {
        assert_ok(&f->ctx, fixture_echo(f));
        fixture_eventually(rpc_server_stats(f->server).connections == 0);
    }
}

/* Nobody reads meanwhile: behind the question whether the caller is still there comes the end. */
static void a_call_after_a_pause_finds_connections_given_up_and_does_not_fail(void **state)
{
    struct rpc_fixture *f = *state;

    f->server_options.keepalive_ms = 100;
    fixture_restart(f);
    for (int i = 0; i < 3; i++) {
        assert_ok(&f->ctx, fixture_echo(f));
        assert_ok(&f->ctx, fixture_echo(f)); /* the other connection */
        fixture_eventually(rpc_server_stats(f->server).connections == 0);
    }
}

static void calls_under_way_are_served_while_a_server_drains(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_flight *flight;
    struct str resp;

    atomic_store(&f->held, true);
    flight = rpc_begin(f->ch, &f->ctx, WAIT, STR("kept"));
    fixture_eventually(atomic_load(&f->waiting) == 1);
    assert_false(rpc_server_drain(f->server, 300));
    atomic_store(&f->held, false);
    assert_true(rpc_server_drain(f->server, 60000));
    assert_ok(&f->ctx, rpc_finish(flight, &resp, NULL));
    assert_str(resp, STR("kept"));
    assert_err(fixture_echo(f), ERR_UNAVAILABLE);
}

static void a_drain_ends_streams_that_last(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_stream *s = NULL;
    struct str got;
    struct err *e;

    assert_ok(&f->ctx, rpc_stream_open(f->ch, &f->ctx, WATCH, &s));
    assert_ok(&f->ctx, rpc_stream_send(s, &f->ctx, STR("first")));
    assert_ok(&f->ctx, rpc_stream_receive(s, &f->ctx, &got));
    assert_true(rpc_server_drain(f->server, 60000));
    e = rpc_stream_receive(s, &f->ctx, &got);
    assert_err(e, ERR_UNAVAILABLE);
    assert_string_equal(e->reason, "shutting_down");
    rpc_stream_close(s);
}

/* Two servers share a port, as the old and the new one do in a restart. */
static void a_restart_under_load_fails_no_call(void **state)
{
    struct rpc_fixture *f = *state;
    struct caller callers[CALLERS];
    pthread_t threads[CALLERS];

    f->server_options.listen = f->options.address;
    f->server_options.reuse_port = true;
    rpc_server_close(f->server);
    fixture_serve(f);
    start_callers(f, callers, threads);
    for (int i = 0; i < 5; i++) {
        struct rpc_server *old = f->server;

        fixture_serve(f);
        assert_true(rpc_server_drain(old, 60000));
        rpc_server_close(old);
    }
    stop_callers(callers, threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(a_request_that_is_too_long_is_refused),
        RPC_TEST(a_reply_that_is_too_long_is_refused),
        RPC_TEST(too_many_calls_of_a_channel_fail_at_once),
        RPC_TEST(a_full_queue_refuses_at_once_and_serves_the_rest),
        RPC_TEST(a_call_whose_deadline_passes_in_the_queue_is_not_served),
        RPC_TEST(a_handler_that_ends_after_the_deadline_has_failed),
        RPC_TEST(connections_beyond_the_limit_are_closed),
        RPC_TEST(another_connection_is_used_when_the_first_is_busy),
        RPC_TEST(connections_that_grow_old_are_handed_over_without_a_failed_call),
        RPC_TEST(a_call_after_a_pause_finds_idle_connections_closed_and_does_not_fail),
        RPC_TEST(a_call_after_a_pause_finds_connections_given_up_and_does_not_fail),
        RPC_TEST(calls_under_way_are_served_while_a_server_drains),
        RPC_TEST(a_drain_ends_streams_that_last),
        RPC_TEST(a_restart_under_load_fails_no_call),
    };

    return cmocka_run_group_tests_name("rpc_limits", tests, NULL, NULL);
}
