/* Tests of unary calls over a real socket: replies, failures, deadlines, who asks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_fixture.h"

static void a_message_comes_back_as_it_was_sent(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;

    assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, STR("hello\0world"), &resp));
    assert_str(resp, STR("hello\0world"));
}

static void an_empty_message_comes_back(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp = STR("old");

    assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, (struct str){0}, &resp));
    assert_int_equal(resp.len, 0);
}

static void a_message_of_megabytes_comes_back(void **state)
{
    struct rpc_fixture *f = *state;
    size_t len = f->options.message_max;
    struct str big = {memset(arena_bytes(&f->arena, len), 'x', len), len}, resp;

    assert_ok(&f->ctx, fixture_call(f, &f->ctx, ECHO, big, &resp));
    assert_str(resp, big);
}

static void calls_on_the_way_together_come_back_each_with_its_own_reply(void **state)
{
    enum { CALLS = 100 };
    struct rpc_fixture *f = *state;
    struct rpc_flight *flights[CALLS];
    struct str resp;

    for (int i = 0; i < CALLS; i++)
        flights[i] = rpc_begin(f->ch, &f->ctx, ECHO, arena_str(&f->arena, "call %d", i));
    for (int i = CALLS; i-- > 0;) {
        assert_ok(&f->ctx, rpc_finish(flights[i], &resp, NULL));
        assert_str(resp, arena_str(&f->arena, "call %d", i));
    }
}

static void a_failure_keeps_its_code_reason_places_and_texts(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;
    struct err *e = fixture_call(f, &f->ctx, REFUSE, STR(""), &resp),
               *was = fixture_refuse(&f->ctx);
    const struct err *got = e;

    assert_err(e, ERR_PRECONDITION);
    assert_int_equal(e->retry_after_s, 3);
    for (const struct err *want = was; want; want = want->cause, got = got->cause) {
        assert_string_equal(got->reason, want->reason);
        assert_string_equal(got->where, want->where);
        assert_string_equal(got->msg, want->msg);
    }
    assert_null(got);
}

static void the_caller_is_known_to_the_handler(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;
    struct ctx c = {.arena = &f->arena,
                    .user_id = 42,
                    .request_id = STR("req-7"),
                    .deadline_ns = clock_monotonic_ns() + 60 * CLOCK_NS_PER_S,
                    .trace = {.high = 1, .low = 2, .span = 3, .sampled = true}};

    assert_ok(&c, fixture_call(f, &c, WHO, STR(""), &resp));
    assert_str(resp, STR("42 req-7 00000000000000010000000000000002 1"));
    assert_ok(&f->ctx, fixture_call(f, &f->ctx, WHO, STR(""), &resp));
    assert_str(resp, STR("0  00000000000000000000000000000000 0"));
}

static void a_call_ends_at_its_deadline(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp = STR("untouched");
    bool sent = false;
    struct ctx c = {.arena = &f->arena,
                    .deadline_ns = clock_monotonic_ns() + 50 * (int64_t)CLOCK_NS_PER_MS};

    atomic_store(&f->held, true);
    assert_err(rpc_finish(rpc_begin(f->ch, &c, WAIT, STR("x")), &resp, &sent), ERR_TIMEOUT);
    assert_true(clock_monotonic_ns() >= c.deadline_ns);
    assert_str(resp, STR("untouched"));
    assert_true(sent);
}

static void an_unknown_method_is_unimplemented(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;

    assert_err(fixture_call(f, &f->ctx, "/duan.kit.v1.Kit/Nothing", STR(""), &resp),
               ERR_UNIMPLEMENTED);
    assert_err(fixture_call(f, &f->ctx, "/", STR(""), &resp), ERR_UNIMPLEMENTED);
}

static void a_peer_that_is_not_there_is_unavailable_and_saw_nothing(void **state)
{
    struct rpc_fixture *f = *state;
    struct str resp;
    bool sent = true;

    rpc_server_close(f->server);
    f->server = NULL;
    assert_err(rpc_finish(rpc_begin(f->ch, &f->ctx, ECHO, STR("")), &resp, &sent), ERR_UNAVAILABLE);
    assert_false(sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(a_message_comes_back_as_it_was_sent),
        RPC_TEST(an_empty_message_comes_back),
        RPC_TEST(a_message_of_megabytes_comes_back),
        RPC_TEST(calls_on_the_way_together_come_back_each_with_its_own_reply),
        RPC_TEST(a_failure_keeps_its_code_reason_places_and_texts),
        RPC_TEST(the_caller_is_known_to_the_handler),
        RPC_TEST(a_call_ends_at_its_deadline),
        RPC_TEST(an_unknown_method_is_unimplemented),
        RPC_TEST(a_peer_that_is_not_there_is_unavailable_and_saw_nothing),
    };

    return cmocka_run_group_tests_name("rpc_unary", tests, NULL, NULL);
}
