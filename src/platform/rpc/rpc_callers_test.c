/* Tests of many threads that call on one channel at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "rpc_fixture.h"

enum { CALLERS = 16 };

struct caller {
    pthread_t thread;
    struct rpc_channel *ch;
    int number;
    int right, late, wrong; /* replies */
};

static void run_callers(struct rpc_fixture *f, void *(*run)(void *), struct caller *callers)
{
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.ch = f->ch, .number = i};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, run, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
}

static void call_once(struct caller *caller, struct ctx *c, int at)
{
    struct str said = arena_str(c->arena, "caller %d, call %d", caller->number, at), resp;
    struct err *e = rpc_finish(rpc_begin(caller->ch, c, ECHO, said), &resp, NULL);

    caller->late += e && e->code == ERR_TIMEOUT;
    caller->right += !e && str_eq(resp, said);
    caller->wrong += e ? e->code != ERR_TIMEOUT : !str_eq(resp, said);
    arena_reset(c->arena);
}

enum { CALLS = 300 };

static void *call_often(void *arg)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};

    for (int i = 0; i < CALLS; i++)
        call_once(arg, &c, i);
    return NULL;
}

static void every_thread_gets_the_replies_to_its_own_calls(void **state)
{
    struct caller callers[CALLERS];

    run_callers(*state, call_often, callers);
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(callers[i].right, CALLS);
}

/* Every other one calls again as soon as it has its reply. */
static void *call_once_or_twice(void *arg)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};
    struct caller *caller = arg;

    for (int i = 0; i <= caller->number % 2; i++)
        call_once(caller, &c, i);
    return NULL;
}

/* Nothing else would send it: no ping is due, and there is no deadline. */
static void what_is_said_while_others_are_woken_is_sent(void **state)
{
    enum { ROUNDS = 200 };
    struct rpc_fixture *f = *state;
    struct caller callers[CALLERS];

    rpc_channel_destroy(f->ch);
    f->options.keepalive_ms = 0;
    f->ch = rpc_channel_create(&f->options);
    for (int i = 0; i < ROUNDS; i++) {
        run_callers(f, call_once_or_twice, callers);
        for (int at = 0; at < CALLERS; at++)
            assert_int_equal(callers[at].right, 1 + at % 2);
    }
}

enum { ENDS = 100 };

/* As much time as calls seem to take here and now: some come in time, others do not. */
static void *call_in_haste(void *arg)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};
    struct caller *caller = arg;
    int64_t allowed_ns = CLOCK_NS_PER_MS;

    for (int i = 0; (caller->late < ENDS || caller->right < ENDS) && !caller->wrong; i++) {
        int late = caller->late;

        c.deadline_ns = clock_monotonic_ns() + allowed_ns;
        call_once(caller, &c, i);
        allowed_ns += caller->late > late ? allowed_ns / 4 : -allowed_ns / 4;
    }
    return NULL;
}

/* One thread finds the reply while another finds that its time is up. */
static void a_reply_at_the_deadline_is_taken_or_late_and_never_anothers(void **state)
{
    struct rpc_fixture *f = *state;
    struct caller callers[CALLERS];
    struct str resp;

    run_callers(f, call_in_haste, callers);
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(callers[i].wrong, 0);
    assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, STR("x"), &resp));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(every_thread_gets_the_replies_to_its_own_calls),
        RPC_TEST(what_is_said_while_others_are_woken_is_sent),
        RPC_TEST(a_reply_at_the_deadline_is_taken_or_late_and_never_anothers),
    };

    return cmocka_run_group_tests_name("rpc_callers", tests, NULL, NULL);
}
