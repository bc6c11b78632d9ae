/* Tests of calls to several instances: who is called, and what is tried again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "peers_fixture.h"

static struct rpc_peers_stats stats(struct peers_fixture *f)
{
    return rpc_peers_stats(f->peers);
}

static int calls_of_all(struct peers_fixture *f)
{
    int sum = 0;

    for (size_t i = 0; i < INSTANCES; i++)
        sum += atomic_load(&f->at[i].calls);
    return sum;
}

/* ---- calls ---- */

static const int64_t HOUR = 3600 * CLOCK_NS_PER_S;

static void calls_go_round_over_the_instances(void **state)
{
    struct peers_fixture *f = *state;

    for (int i = 0; i < 3 * INSTANCES; i++)
        assert_ok(&f->ctx, peers_write(f));
    for (size_t i = 0; i < INSTANCES; i++)
        assert_int_equal(atomic_load(&f->at[i].calls), 3);
    assert_int_equal(stats(f).calls, 3 * INSTANCES);
    assert_int_equal(stats(f).in_flight, 0);
}

static void what_a_service_answers_comes_back(void **state)
{
    struct peers_fixture *f = *state;
    struct kit_refuse_req no = {ERR_NOT_FOUND, STR("leaf_not_found"), STR("no leaf 9"), 0};
    struct kit_all req = {.i64 = 5, .s = STR("text")}, resp = {0};
    struct kit_leaf leaf = {.id = 3};

    assert_ok(&f->ctx, kit_echo(f->stub, &f->ctx, &req, &resp));
    assert_int_equal(resp.i64, 5);
    assert_true(str_eq(resp.s, STR("text")));
    struct err *e = kit_refuse(f->stub, &f->ctx, &no, &leaf);
    assert_err(e, ERR_NOT_FOUND);
    assert_string_equal(e->reason, "leaf_not_found");
    assert_string_equal(err_text(&f->ctx, e), "no leaf 9");
    assert_int_equal(leaf.id, 3);
    assert_int_equal(stats(f).failed, 0);
}

static void a_request_that_is_not_text_never_reaches_the_service(void **state)
{
    struct peers_fixture *f = *state;
    struct kit_all req = {.s = STR("\xff")}, resp = {.i64 = 5};

    assert_err(kit_echo(f->stub, &f->ctx, &req, &resp), ERR_INVALID);
    assert_int_equal(calls_of_all(f), 0);
    assert_int_equal(resp.i64, 5);
}

static void a_reply_that_is_not_text_is_the_services_fault(void **state)
{
    struct peers_fixture *f = *state;
    struct kit_all resp = {.i64 = 5};

    for (size_t i = 0; i < INSTANCES; i++)
        atomic_store(&f->at[i].garbles, true);
    struct err *e = kit_echo(f->stub, &f->ctx, &(struct kit_all){.i64 = 6}, &resp);
    assert_err(e, ERR_INTERNAL);
    assert_string_equal(e->msg, "/duan.kit.v1.Kit/Echo: decode KitAll: field s: not UTF-8");
    assert_int_equal(resp.i64, 5);
}

/* Each holds its call until both have come. */
static void calls_that_start_together_run_together(void **state)
{
    struct peers_fixture *f = *state;
    struct kit_leaf resp[2] = {0};
    struct calls all CLEANUP(calls_end) = {0};

    peers_use(f, 1);
    atomic_store(&f->at[0].held, true);
    for (size_t i = 0; i < 2; i++)
        kit_register_start(f->stub, &f->ctx, &(struct kit_empty){0}, &resp[i], &all);
    eventually(atomic_load(&f->at[0].waiting) == 2);
    assert_int_equal(stats(f).in_flight, 2);
    atomic_store(&f->at[0].held, false);
    assert_ok(&f->ctx, calls_join(&all));
    assert_int_equal(resp[0].id + resp[1].id, 14);
}

/*
 * A request that has so many hours, or any when 0, makes a call that may take so many; the instance
 * is to see what is `given`. Hours, as it counts the time anew and leaves out what it cannot know.
 */
static void check_time_of_a_call(struct peers_fixture *f, int request_h, int call_h, int given_h)
{
    int64_t now = clock_monotonic_ns(), request_ns = request_h ? now + request_h * HOUR : 0;

    f->options.call_ms = call_h * HOUR / CLOCK_NS_PER_MS;
    peers_renew(f, 1);
    f->ctx.deadline_ns = request_ns;
    assert_ok(&f->ctx, peers_read(f));
    assert_in_range(atomic_load(&f->at[0].deadline_ns), now + (given_h - 1) * HOUR,
                    now + (given_h + 1) * HOUR);
    assert_int_equal(f->ctx.deadline_ns, request_ns);
}

static void a_request_s_deadline_is_passed_on(void **state)
{
    check_time_of_a_call(*state, 24, 48, 24);
}

static void a_request_without_a_deadline_gets_one(void **state)
{
    check_time_of_a_call(*state, 0, 24, 24);
}

static void a_call_does_not_use_up_the_time_of_its_request(void **state)
{
    check_time_of_a_call(*state, 48, 24, 24);
}

static void nobody_calls_inside_a_transaction(void **state)
{
    struct peers_fixture *f = *state;
    char memory;

    f->ctx.tx = (struct sql_tx *)(void *)&memory; /* only compared */
    assert_err(peers_read(f), ERR_INTERNAL);
    assert_int_equal(calls_of_all(f), 0);
}

struct seen {
    int well, failed;
    const struct api_method *last;
};

static void ended(void *self, const struct api_method *m, const struct err *e, int64_t took_ns)
{
    struct seen *seen = self;

    seen->well += !e;
    seen->failed += e && e->code == ERR_UNAVAILABLE;
    seen->last = m;
    assert_true(took_ns > 0);
}

static void who_watches_hears_of_every_call(void **state)
{
    struct peers_fixture *f = *state;
    struct seen seen = {0};
    struct api_observer observer = {ended, &seen};

    f->options.observer = &observer;
    peers_renew(f, 1);
    assert_ok(&f->ctx, peers_read(f));
    assert_ok(&f->ctx, peers_write(f));
    peers_use(f, 0);
    peers_assert_down(peers_write(f));
    assert_int_equal(seen.well, 2);
    assert_int_equal(seen.failed, 1);
    assert_ptr_equal(seen.last, &kit_service.methods[KIT_METHOD_REGISTER]);
}

/* ---- no instance, no room ---- */

static void a_service_without_instances_is_down_at_once(void **state)
{
    struct peers_fixture *f = *state;

    peers_use(f, 0);
    peers_assert_down(peers_read(f));
    peers_assert_down(peers_write(f));
    assert_int_equal(stats(f).failed, 2);
}

static void an_instance_takes_only_so_many_calls_at_a_time(void **state)
{
    struct peers_fixture *f = *state;
    struct kit_leaf resp = {0};
    struct calls all CLEANUP(calls_end) = {0};

    f->options.in_flight_max = 1;
    peers_renew(f, 2);
    for (size_t i = 0; i < 2; i++)
        atomic_store(&f->at[i].held, true);
    for (size_t i = 0; i < 2; i++)
        kit_register_start(f->stub, &f->ctx, &(struct kit_empty){0}, &resp, &all);
    eventually(atomic_load(&f->at[0].waiting) && atomic_load(&f->at[1].waiting));
    struct err *e = peers_write(f);
    assert_err(e, ERR_EXHAUSTED);
    assert_int_equal(e->retry_after_s, 1);
    atomic_store(&f->at[0].held, false);
    atomic_store(&f->at[1].held, false);
    assert_ok(&f->ctx, calls_join(&all));
    assert_ok(&f->ctx, peers_write(f));
}

/* ---- a second try ---- */

static void a_call_that_was_not_seen_goes_to_another(void **state)
{
    struct peers_fixture *f = *state;

    peers_use(f, 2);
    instance_stop(&f->at[0]);
    for (int i = 0; i < 20; i++)
        assert_ok(&f->ctx, peers_write(f));
    assert_int_equal(atomic_load(&f->at[1].calls), 20);
    assert_true(stats(f).retries > 0);
    assert_int_equal(stats(f).failed, 0);
}

static void a_read_that_failed_goes_to_another(void **state)
{
    struct peers_fixture *f = *state;

    peers_use(f, 2);
    atomic_store(&f->at[0].fails, ERR_UNAVAILABLE);
    for (int i = 0; i < 2; i++)
        assert_ok(&f->ctx, peers_read(f));
    assert_true(atomic_load(&f->at[0].calls) > 0);
    assert_int_equal(stats(f).retries, atomic_load(&f->at[0].calls));
    assert_int_equal(atomic_load(&f->at[1].calls), 2);
}

static void a_write_that_may_have_been_done_is_not_repeated(void **state)
{
    struct peers_fixture *f = *state;
    int failed = 0;

    peers_use(f, 2);
    atomic_store(&f->at[0].fails, ERR_UNAVAILABLE);
    for (int i = 0; i < 2; i++) {
        struct err *e = peers_write(f);

        failed += e != NULL;
        assert_true(!e || (e->code == ERR_UNAVAILABLE && !e->reason));
    }
    assert_int_equal(failed, 1);
    assert_int_equal(calls_of_all(f), 2);
    assert_int_equal(stats(f).retries, 0);
}

static void other_failures_are_final(void **state)
{
    struct peers_fixture *f = *state;

    peers_use(f, 2);
    for (size_t i = 0; i < 2; i++)
        atomic_store(&f->at[i].fails, ERR_EXHAUSTED);
    assert_err(peers_read(f), ERR_EXHAUSTED);
    assert_int_equal(calls_of_all(f), 1);
}

static void a_failure_twice_is_a_failure(void **state)
{
    struct peers_fixture *f = *state;

    for (size_t i = 0; i < INSTANCES; i++)
        atomic_store(&f->at[i].fails, ERR_UNAVAILABLE);
    struct err *e = peers_read(f);
    assert_err(e, ERR_UNAVAILABLE);
    assert_string_equal(err_root(e)->msg, "told to fail");
    assert_non_null(strstr(err_text(&f->ctx, e), "/duan.kit.v1.Kit/Echo at 127.0.0.1:"));
    assert_int_equal(calls_of_all(f), 2);
}

static void a_service_further_behind_is_not_asked_twice(void **state)
{
    struct peers_fixture *f = *state;

    f->options.eject_after = 1;
    peers_renew(f, 2);
    for (size_t i = 0; i < 2; i++) {
        atomic_store(&f->at[i].fails, ERR_UNAVAILABLE);
        f->at[i].reason = RPC_SERVICE_DOWN;
    }
    for (int i = 0; i < 10; i++)
        assert_err(peers_read(f), ERR_UNAVAILABLE);
    assert_int_equal(calls_of_all(f), 10);
    assert_int_equal(stats(f).ejections, 0);
}

static void retries_stay_below_a_tenth_of_the_calls(void **state)
{
    enum { CALLS = 400, PUT_BY = 20 };
    struct peers_fixture *f = *state;

    peers_use(f, 2);
    for (size_t i = 0; i < 2; i++)
        atomic_store(&f->at[i].fails, ERR_UNAVAILABLE);
    for (int i = 0; i < CALLS; i++)
        assert_err(peers_read(f), ERR_UNAVAILABLE);
    assert_true(stats(f).retries <= PUT_BY + CALLS / 10);
    assert_int_equal(calls_of_all(f), CALLS + (int)stats(f).retries);
}

static void refused_retries_are_counted(void **state)
{
    struct peers_fixture *f = *state;

    f->options.eject_after = 1000000;
    peers_renew(f, 2);
    for (size_t i = 0; i < 2; i++)
        atomic_store(&f->at[i].fails, ERR_UNAVAILABLE);
    for (int i = 0; i < 100; i++)
        assert_err(peers_read(f), ERR_UNAVAILABLE);
    assert_int_equal(stats(f).retries + stats(f).refused_retries, 100);
    assert_true(stats(f).refused_retries > 0);
}

/* ---- other instances ---- */

static void instances_that_stay_keep_their_connections(void **state)
{
    struct peers_fixture *f = *state;

    f->options.connections = 1;
    peers_renew(f, 2);
    for (int i = 0; i < 4; i++)
        assert_ok(&f->ctx, peers_write(f));
    peers_use(f, 1);
    for (int i = 0; i < 4; i++)
        assert_ok(&f->ctx, peers_write(f));
    assert_int_equal(atomic_load(&f->at[0].calls), 6);
    assert_int_equal(atomic_load(&f->at[1].calls), 2);
    assert_int_equal(rpc_server_stats(f->at[0].server).connections, 1);
    eventually(rpc_server_stats(f->at[1].server).connections == 0);
}

static void a_call_on_its_way_survives_that_its_instance_is_taken_away(void **state)
{
    struct peers_fixture *f = *state;
    struct kit_leaf resp = {0};
    struct calls all CLEANUP(calls_end) = {0};

    peers_use(f, 1);
    atomic_store(&f->at[0].held, true);
    kit_register_start(f->stub, &f->ctx, &(struct kit_empty){0}, &resp, &all);
    eventually(atomic_load(&f->at[0].waiting) == 1);
    peers_use(f, 0);
    atomic_store(&f->at[0].held, false);
    assert_ok(&f->ctx, calls_join(&all));
    assert_int_equal(resp.id, 7);
    peers_assert_down(peers_write(f));
}

static void only_so_many_instances_are_used(void **state)
{
    struct peers_fixture *f = *state;
    struct str many[RPC_PEERS_MAX + 3];

    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = arena_str(&f->arena, "127.0.0.1:%zu", i + 1);
    rpc_peers_set(f->peers, many, COUNT(many));
    assert_int_equal(stats(f).instances, RPC_PEERS_MAX);
    rpc_peers_set(f->peers, (struct str[]){many[0], many[0]}, 2);
    assert_int_equal(stats(f).instances, 1);
}

/* ---- all at once ---- */

/* Instances come, go and fail, and nobody notices. */
static void many_threads_may_call_while_instances_change(void **state)
{
    struct peers_fixture *f = *state;
    struct peers_caller callers[4];

    peers_callers_start(f, callers, COUNT(callers), 300);
    for (size_t i = 0; i < 50; i++) {
        peers_use(f, 2 + i % (INSTANCES - 1));
        (void)rpc_peers_stats(f->peers);
        assert_ok(&f->ctx, peers_read(f));
    }
    peers_callers_join(callers, COUNT(callers));
    for (size_t i = 0; i < COUNT(callers); i++)
        assert_int_equal(callers[i].calls, 300);
    assert_int_equal(stats(f).failed, 0);
    assert_int_equal(stats(f).in_flight, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEERS_TEST(calls_go_round_over_the_instances),
        PEERS_TEST(what_a_service_answers_comes_back),
        PEERS_TEST(a_request_that_is_not_text_never_reaches_the_service),
        PEERS_TEST(a_reply_that_is_not_text_is_the_services_fault),
        PEERS_TEST(calls_that_start_together_run_together),
        PEERS_TEST(a_request_s_deadline_is_passed_on),
        PEERS_TEST(a_request_without_a_deadline_gets_one),
        PEERS_TEST(a_call_does_not_use_up_the_time_of_its_request),
        PEERS_TEST(nobody_calls_inside_a_transaction),
        PEERS_TEST(who_watches_hears_of_every_call),
        PEERS_TEST(a_service_without_instances_is_down_at_once),
        PEERS_TEST(an_instance_takes_only_so_many_calls_at_a_time),
        PEERS_TEST(a_call_that_was_not_seen_goes_to_another),
        PEERS_TEST(a_read_that_failed_goes_to_another),
        PEERS_TEST(a_write_that_may_have_been_done_is_not_repeated),
        PEERS_TEST(other_failures_are_final),
        PEERS_TEST(a_failure_twice_is_a_failure),
        PEERS_TEST(a_service_further_behind_is_not_asked_twice),
        PEERS_TEST(retries_stay_below_a_tenth_of_the_calls),
        PEERS_TEST(refused_retries_are_counted),
        PEERS_TEST(instances_that_stay_keep_their_connections),
        PEERS_TEST(a_call_on_its_way_survives_that_its_instance_is_taken_away),
        PEERS_TEST(only_so_many_instances_are_used),
        PEERS_TEST(many_threads_may_call_while_instances_change),
    };

    return cmocka_run_group_tests_name("rpc_peers", tests, NULL, NULL);
}
