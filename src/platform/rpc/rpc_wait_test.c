/* Tests of calls that are waited for a while, given up, or judged by who ended them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "eventually.h"
#include "rpc_fixture.h"

static int64_t in_ms(int64_t ms)
{
    return clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
}

static void a_call_may_be_waited_for_in_pieces(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;

    atomic_store(&f->held, true);
    struct rpc_flight *flight = rpc_begin(f->ch, &f->ctx, WAIT, STR("x"));
    for (int i = 0; i < 3; i++)
        assert_false(rpc_wait(flight, in_ms(5)));
    atomic_store(&f->held, false);
    assert_true(rpc_wait(flight, in_ms(60000)));
    assert_ok(&f->ctx, rpc_finish(flight, &resp, NULL));
    assert_str(resp, STR("x"));
}

static void *finish_call(void *arg)
{
    struct str resp;

    return rpc_finish(arg, &resp, NULL);
}

/* While another thread reads, or about to: it is the same to who waits. */
static void a_time_before_all_time_is_no_time_to_wait(void **state)
{
    struct rpc_fixture *f = *state;
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx others = {.arena = &arena};
    pthread_t thread;
    struct str resp;
    void *failed;

    atomic_store(&f->held, true);
    struct rpc_flight *flight = rpc_begin(f->ch, &f->ctx, WAIT, STR("x"));
    struct rpc_flight *first = rpc_begin(f->ch, &others, WAIT, STR("y"));
    assert_int_equal(pthread_create(&thread, NULL, finish_call, first), 0);
    for (int i = 0; i < 30; i++) {
        fixture_nap();
        assert_false(rpc_wait(flight, -1));
    }
    atomic_store(&f->held, false);
    assert_ok(&f->ctx, rpc_finish(flight, &resp, NULL));
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
}

static void a_call_that_never_began_needs_no_waiting(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;

    f->options.in_flight_max = 0;
    struct rpc_channel *full = rpc_channel_create(&f->options);
    struct rpc_flight *flight = rpc_begin(full, &f->ctx, ECHO, STR("x"));
    assert_true(rpc_wait(flight, in_ms(60000)));
    assert_err(rpc_finish(flight, &resp, NULL), ERR_EXHAUSTED);
    assert_false(rpc_was_answered(flight));
    rpc_abandon(rpc_begin(full, &f->ctx, ECHO, STR("x")));
    rpc_channel_destroy(full);
}

static void a_call_that_is_given_up_makes_room(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;

    f->options.in_flight_max = 1;
    struct rpc_channel *small = rpc_channel_create(&f->options);
    atomic_store(&f->held, true);
    struct rpc_flight *flight = rpc_begin(small, &f->ctx, WAIT, STR("x"));
    assert_false(rpc_wait(flight, in_ms(5)));
    rpc_abandon(flight);
    assert_ok(&f->ctx, rpc_finish(rpc_begin(small, &f->ctx, ECHO, STR("y")), &resp, NULL));
    assert_str(resp, STR("y"));
    rpc_channel_destroy(small);
}

/* The call ends with this code (0: well). Did the peer say so? */
static bool ends_answered(struct rpc_fixture *f, struct ctx *c, const char *path, int code)
{
    struct rpc_flight *flight = rpc_begin(f->ch, c, path, STR("x"));
    struct str resp;
    struct err *e = rpc_finish(flight, &resp, NULL);

    assert_int_equal(e ? (int)e->code : 0, code);
    return rpc_was_answered(flight);
}

static void who_ended_a_call_is_known(void **state)
{
    struct rpc_fixture *f = *state;
    struct ctx hurried = {.arena = &f->arena, .deadline_ns = in_ms(5)};

    assert_true(ends_answered(f, &f->ctx, ECHO, 0));
    assert_true(ends_answered(f, &f->ctx, REFUSE, ERR_PRECONDITION));
    atomic_store(&f->held, true);
    assert_false(ends_answered(f, &hurried, WAIT, ERR_TIMEOUT));
    atomic_store(&f->held, false);
    rpc_server_close(f->server);
    f->server = NULL;
    assert_false(ends_answered(f, &f->ctx, ECHO, ERR_UNAVAILABLE));
}

/* Why a call to nobody fails. */
static const char *failure(struct rpc_fixture *f)
{
    struct str resp;
    struct err *e = fixture_call(f, &f->ctx, ECHO, STR("x"), &resp);

    assert_err(e, ERR_UNAVAILABLE);
    return err_text(&f->ctx, e);
}

static void who_hurries_does_not_wait_for_the_pause_after_a_failure(void **state)
{
    struct rpc_fixture *f = *state;

    rpc_server_close(f->server);
    f->server = NULL;
    eventually(strstr(failure(f), "cannot be reached")); /* a pause, which grows */
    rpc_channel_hurry(f->ch);
    assert_null(strstr(failure(f), "cannot be reached"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(a_call_may_be_waited_for_in_pieces),
        RPC_TEST(a_time_before_all_time_is_no_time_to_wait),
        RPC_TEST(a_call_that_never_began_needs_no_waiting),
        RPC_TEST(a_call_that_is_given_up_makes_room),
        RPC_TEST(who_ended_a_call_is_known),
        RPC_TEST(who_hurries_does_not_wait_for_the_pause_after_a_failure),
    };

    return cmocka_run_group_tests_name("rpc_wait", tests, NULL, NULL);
}
