/* Tests of the registry on a real etcd: who registers, who is told. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <stdatomic.h>

#include "instance_set.h"
#include "registry_fixture.h"

/* ---- registering ---- */

static void an_instance_stands_in_etcd_as_kratos_writes_it(void **state)
{
    struct fixture *f = *state;
    struct registry *r = direct(f);

    add(r, "user", "u-1", "10.0.0.1:9000");
    eventually(registry_ready(r));
    assert_str(stands(f, "user/u-1"),
               STR("{\"id\":\"u-1\",\"name\":\"user\",\"version\":\"1.0\",\"metadata\":null,"
                   "\"endpoints\":[\"grpc://10.0.0.1:9000\"]}"));
    assert_int_equal(registry_stats(r).registered, 1);
    registry_close(r);
}

/* A listener that takes its time. */
struct slow {
    atomic_bool told, may_go;
};

static void take_time(void *self, const struct str *addresses, size_t count)
{
    struct slow *slow = self;

    (void)addresses;
    (void)count;
    atomic_store(&slow->told, true);
    while (!atomic_load(&slow->may_go))
        (void)sched_yield();
}

/* Who is called must know whom to call in turn. */
static void an_instance_is_found_when_it_knows_the_others(void **state)
{
    struct fixture *f = *state;
    struct slow slow = {false, false};
    struct registry *r = direct(f);

    registry_watch(r, "video", take_time, &slow);
    add(r, "user", "u-1", "10.0.0.1:9000");
    eventually(atomic_load(&slow.told));
    bool too_early = is_there(f, "user/u-1");

    atomic_store(&slow.may_go, true);
    assert_false(too_early);
    eventually(is_there(f, "user/u-1"));
    registry_close(r);
}

static void it_stays_as_long_as_its_process(void **state)
{
    struct fixture *f = *state;
    struct registry *watcher = direct(f);
    struct registry *r = opened_for(f, etcd_process_address(f->process), BRISK_S);

    registry_watch(watcher, "user", listen_to, &f->user);
    add(r, "user", "u-1", "10.0.0.1:9000");
    eventually(hears(&f->user, "10.0.0.1:9000"));
    int64_t renewed = registry_stats(r).renewed_ns;

    /* Renewed until another lease of that length would have been over twice. */
    eventually(registry_stats(r).renewed_ns > renewed + CLOCK_NS_PER_S * BRISK_S * 2);
    assert_true(hears(&f->user, "10.0.0.1:9000"));
    assert_int_equal(emptied(&f->user), 0);
    registry_close(r);
    assert_false(is_there(f, "user/u-1"));
    registry_close(watcher);
}

static void what_is_withdrawn_is_gone_at_once_and_the_rest_stays(void **state)
{
    struct fixture *f = *state;
    struct registry *r = opened_for(f, etcd_process_address(f->process), LONG_S);

    add(r, "user", "u-1", "10.0.0.1:9000");
    add(r, "video", "v-1", "10.0.0.1:9000");
    eventually(registry_ready(r));
    assert_true(registry_withdraw(r, &f->ctx, STR("user"), STR("u-1")));
    assert_false(is_there(f, "user/u-1"));
    assert_true(is_there(f, "video/v-1"));
    assert_true(registry_withdraw(r, &f->ctx, STR("user"), STR("u-1")));
    assert_true(registry_withdraw(r, &f->ctx, STR("user"), STR("never there")));
    registry_close(r);
}

static void a_withdrawal_waits_no_longer_than_it_may(void **state)
{
    struct fixture *f = *state;
    struct registry *r = gated(f);

    add(r, "user", "u-1", "10.0.0.1:9000");
    eventually(registry_ready(r));
    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    f->ctx.deadline_ns = clock_monotonic_ns() + 20 * (int64_t)CLOCK_NS_PER_MS;
    assert_false(registry_withdraw(r, &f->ctx, STR("user"), STR("u-1")));
    f->ctx.deadline_ns = 0;
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    eventually(!is_there(f, "user/u-1")); /* it is not forgotten */
    registry_close(r);
}

/* Withdrawn while etcd is asked to take it in, and does not answer yet. */
static void a_change_of_mind_counts(void **state)
{
    struct fixture *f = *state;
    struct registry *r = opened_for(f, tcp_gate_address(f->gate), LONG_S);

    eventually(registry_stats(r).connected);
    for (int i = 0; i < 5; i++) {
        tcp_gate_set(f->gate, TCP_GATE_SILENT);
        add(r, "user", "u-1", "10.0.0.1:1");
        f->ctx.deadline_ns = clock_monotonic_ns() + 20 * (int64_t)CLOCK_NS_PER_MS;
        (void)registry_withdraw(r, &f->ctx, STR("user"), STR("u-1"));
        f->ctx.deadline_ns = 0;
        tcp_gate_set(f->gate, TCP_GATE_OPEN);
        assert_true(registry_withdraw(r, &f->ctx, STR("user"), STR("u-1")));
        assert_false(is_there(f, "user/u-1"));
    }
    registry_close(r);
}

static void what_is_registered_again_has_its_new_address(void **state)
{
    struct fixture *f = *state;
    struct registry *r = direct(f);

    registry_watch(r, "user", listen_to, &f->user);
    add(r, "user", "u-1", "10.0.0.1:1");
    eventually(hears(&f->user, "10.0.0.1:1"));
    add(r, "user", "u-1", "10.0.0.1:2");
    eventually(hears(&f->user, "10.0.0.1:2"));
    assert_true(registry_withdraw(r, &f->ctx, STR("user"), STR("u-1")));
    add(r, "user", "u-1", "10.0.0.1:3");
    eventually(hears(&f->user, "10.0.0.1:3"));
    registry_close(r);
}

static void withdrawn_instances_make_room_for_others(void **state)
{
    struct fixture *f = *state;
    struct registry *r = direct(f);

    for (int i = 0; i < 2 * REGISTRY_INSTANCES_MAX; i++) {
        const char *id = arena_printf(&f->arena, "u-%d", i);

        add(r, "user", id, "10.0.0.1:9000");
        assert_true(registry_withdraw(r, &f->ctx, STR("user"), str_of(id)));
    }
    registry_close(r);
}

static void a_key_that_somebody_deleted_is_made_again(void **state)
{
    struct fixture *f = *state;
    struct registry *r = opened_for(f, etcd_process_address(f->process), LONG_S);

    add(r, "user", "u-1", "10.0.0.1:9000");
    eventually(registry_ready(r));
    delete_raw(f, "user/u-1");
    eventually(is_there(f, "user/u-1"));
    registry_close(r);
}

/* Before anybody watches: what is deleted then is seen as well. */
static void a_key_deleted_the_moment_it_is_there_is_made_again(void **state)
{
    struct fixture *f = *state;

    for (int round = 0; round < 20; round++) {
        struct registry *r = opened_for(f, etcd_process_address(f->process), LONG_S);

        add(r, "user", "u-1", "10.0.0.1:9000");
        while (!registry_ready(r))
            ;
        delete_raw(f, "user/u-1");
        eventually(is_there(f, "user/u-1"));
        registry_close(r);
    }
}

/* ---- watching ---- */

static void who_watches_is_told_now_and_of_every_change(void **state)
{
    struct fixture *f = *state;
    struct registry *watcher = direct(f), *r = direct(f);

    add(r, "user", "u-1", "10.0.0.2:1");
    eventually(registry_ready(r));
    registry_watch(watcher, "user", listen_to, &f->user);
    registry_watch(watcher, "video", listen_to, &f->video);
    eventually(hears(&f->user, "10.0.0.2:1"));
    eventually(hears(&f->video, ""));
    assert_true(registry_ready(watcher));
    add(r, "user", "u-2", "10.0.0.1:1");
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1"));
    assert_true(registry_withdraw(r, &f->ctx, STR("user"), STR("u-1")));
    eventually(hears(&f->user, "10.0.0.1:1"));
    assert_int_equal(times(&f->video), 1); /* nothing is told twice */
    assert_int_equal(registry_stats(watcher).instances, 1);
    registry_close(r);
    eventually(hears(&f->user, ""));
    registry_close(watcher);
}

/* It is read as it is, while the watch of the others is still behind. */
static void who_comes_late_is_not_told_what_is_over(void **state)
{
    struct fixture *f = *state;
    struct registry *r = opened_for(f, tcp_gate_address(f->gate), LONG_S);

    registry_watch(r, "video", listen_to, &f->video);
    eventually(registry_stats(r).connected);
    tcp_gate_set(f->gate, TCP_GATE_SILENT);
    put_instance(f, "user", "1", "grpc://10.0.0.1:1");
    delete_raw(f, "user/1");
    put_instance(f, "user", "2", "grpc://10.0.0.2:1");
    registry_watch(r, "user", listen_to, &f->user);
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    eventually(hears(&f->user, "10.0.0.2:1"));
    put_instance(f, "video", "1", "grpc://10.0.0.1:1");
    eventually(hears(&f->video, "10.0.0.1:1"));
    assert_int_equal(times(&f->user), 1);
    assert_int_equal(times(&f->video), 2);
    registry_close(r);
}

static void a_service_whose_name_begins_the_same_is_another(void **state)
{
    struct fixture *f = *state;
    struct registry *r = direct(f);

    put_instance(f, "user", "1", "grpc://10.0.0.1:1");
    put_instance(f, "users", "2", "grpc://10.0.0.2:1");
    registry_watch(r, "user", listen_to, &f->user);
    eventually(hears(&f->user, "10.0.0.1:1"));
    put_instance(f, "users", "3", "grpc://10.0.0.3:1");
    put_instance(f, "user", "4", "grpc://10.0.0.4:1");
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.4:1"));
    assert_int_equal(registry_stats(r).refused, 0); /* nor was it looked at */
    registry_close(r);
}

static void what_is_no_instance_is_left_out_and_counted(void **state)
{
    struct fixture *f = *state;
    struct registry *r = direct(f);

    put_raw(f, "user/junk", "junk");
    put_instance(f, "user", "1", "grpc://10.0.0.1:1");
    put_raw(f, "user/strange", "{\"name\":\"video\",\"endpoints\":[\"grpc://10.0.0.9:1\"]}");
    put_instance(f, "user", "http", "http://10.0.0.9:1");
    registry_watch(r, "user", listen_to, &f->user);
    eventually(hears(&f->user, "10.0.0.1:1"));
    eventually(registry_stats(r).refused == 2); /* one without gRPC is none of ours */
    put_instance(f, "user", "2", "grpc://10.0.0.2:1");
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1"));
    put_raw(f, "user/1", "{");
    eventually(hears(&f->user, "10.0.0.2:1"));
    assert_int_equal(registry_stats(r).refused, 3); /* counted before it is told */
    registry_close(r);
}

static void those_who_speak_tls_are_told_to_who_speaks_tls(void **state)
{
    struct fixture *f = *state;
    struct registry_options options = registry_defaults;
    struct registry *r, *plain = direct(f);

    options.endpoints = str_of(etcd_process_address(f->process));
    options.prefix = f->prefix;
    options.tls_instances = true;
    options.log = f->log;
    assert_ok(&f->ctx, registry_open(&f->ctx, &options, &r));
    put_instance(f, "user", "1", "grpc://10.0.0.1:1");
    put_instance(f, "user", "2", "grpcs://10.0.0.2:1");
    registry_watch(r, "user", listen_to, &f->user);
    registry_watch(plain, "user", listen_to, &f->video);
    eventually(hears(&f->user, "10.0.0.2:1"));
    eventually(hears(&f->video, "10.0.0.1:1"));
    registry_close(r);
    registry_close(plain);
}

static void more_instances_than_the_limit_are_not_looked_at(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < INSTANCES_MAX + 3; i++)
        put_instance(f, "user", arena_printf(&f->arena, "%03d", i),
                     arena_printf(&f->arena, "grpc://10.0.0.1:%d", i + 1));
    struct registry *r = direct(f);

    registry_watch(r, "user", listen_to, &f->user);
    eventually(registry_ready(r));
    assert_int_equal(registry_stats(r).instances, INSTANCES_MAX);
    put_instance(f, "user", "one more", "grpc://10.0.0.2:1");
    eventually(registry_stats(r).refused == 1);
    assert_int_equal(registry_stats(r).instances, INSTANCES_MAX);
    delete_raw(f, "user/000");
    put_instance(f, "user", "and now", "grpc://10.0.0.3:1");
    eventually(times(&f->user) >= 2 && registry_stats(r).instances == INSTANCES_MAX);
    registry_close(r);
}

/* ---- life ---- */

static void a_registry_can_be_closed_while_etcd_is_away(void **state)
{
    struct fixture *f = *state;
    struct registry *never = opened(f, "127.0.0.1:1"), *r = gated(f);

    add(never, "user", "u-0", "10.0.0.1:1");
    registry_close(never);
    add(r, "user", "u-1", "10.0.0.1:1");
    eventually(registry_ready(r));
    tcp_gate_set(f->gate, TCP_GATE_SILENT);
    registry_close(r);
    registry_close(NULL);
}

static void options_that_make_no_sense_are_refused(void **state)
{
    static const char *const prefixes[] = {"", "/", "microservices", "/microservices/"};
    struct fixture *f = *state;
    struct registry_options options = registry_defaults;
    struct registry *r = NULL;

    assert_err(registry_open(&f->ctx, &options, &r), ERR_INVALID);
    options.endpoints = STR("127.0.0.1:1");
    for (size_t i = 0; i < COUNT(prefixes); i++) {
        options.prefix = str_of(prefixes[i]);
        assert_err(registry_open(&f->ctx, &options, &r), ERR_INVALID);
    }
    assert_null(r);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_instance_stands_in_etcd_as_kratos_writes_it),
        CASE(an_instance_is_found_when_it_knows_the_others),
        CASE(it_stays_as_long_as_its_process),
        CASE(what_is_withdrawn_is_gone_at_once_and_the_rest_stays),
        CASE(a_withdrawal_waits_no_longer_than_it_may),
        CASE(a_change_of_mind_counts),
        CASE(what_is_registered_again_has_its_new_address),
        CASE(withdrawn_instances_make_room_for_others),
        CASE(a_key_that_somebody_deleted_is_made_again),
        CASE(a_key_deleted_the_moment_it_is_there_is_made_again),
        CASE(who_watches_is_told_now_and_of_every_change),
        CASE(who_comes_late_is_not_told_what_is_over),
        CASE(a_service_whose_name_begins_the_same_is_another),
        CASE(what_is_no_instance_is_left_out_and_counted),
        CASE(those_who_speak_tls_are_told_to_who_speaks_tls),
        CASE(more_instances_than_the_limit_are_not_looked_at),
        CASE(a_registry_can_be_closed_while_etcd_is_away),
        CASE(options_that_make_no_sense_are_refused),
    };

    if (!etcd_process_is_installed())
        return skip_all("etcd is not installed");
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
