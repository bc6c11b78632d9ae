/* Tests of the registry on an etcd that is cut off, killed, frozen and emptied. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "registry_fixture.h"

enum { SOON_MS = 50, LONG_MS = 60000 };

static bool awaits(struct registry *r, int64_t ms)
{
    struct ctx c = {.deadline_ns = clock_monotonic_ns() + ms * (int64_t)CLOCK_NS_PER_MS};

    return registry_await(r, &c);
}

static void nobody_is_told_before_etcd_has_answered(void **state)
{
    struct fixture *f = *state;

    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    struct registry *r = gated(f);

    registry_watch(r, "user", listen_to, &f->user);
    add(r, "video", "v-1", "10.0.0.1:1");
    assert_false(registry_ready(r));
    assert_false(awaits(r, SOON_MS));
    assert_int_equal(times(&f->user), 0);
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    assert_true(awaits(r, LONG_MS));
    assert_true(hears(&f->user, ""));
    assert_true(is_there(f, "video/v-1"));
    registry_close(r);
}

static void an_instance_that_cannot_reach_etcd_is_gone_and_comes_back_by_itself(void **state)
{
    struct fixture *f = *state;
    struct registry *watcher = direct(f);
    struct registry *r = opened_for(f, tcp_gate_address(f->gate), SHORT_S);

    registry_watch(watcher, "user", listen_to, &f->user);
    add(r, "user", "u-1", "10.0.0.1:1");
    eventually(hears(&f->user, "10.0.0.1:1") && registry_stats(r).connected);
    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    eventually(hears(&f->user, ""));
    assert_false(registry_stats(r).connected);
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    eventually(hears(&f->user, "10.0.0.1:1") && registry_stats(r).connected);
    assert_true(registry_stats(r).leases_lost > 0);
    assert_true(registry_stats(r).outages > 0);
    registry_close(r);
    registry_close(watcher);
}

static void what_happened_meanwhile_is_told_when_etcd_is_back(void **state)
{
    struct fixture *f = *state;
    struct registry *r = gated(f);

    put_instance(f, "user", "1", "grpc://10.0.0.1:1");
    put_instance(f, "user", "2", "grpc://10.0.0.2:1");
    registry_watch(r, "user", listen_to, &f->user);
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1"));
    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    eventually(!registry_stats(r).connected);
    delete_raw(f, "user/1");
    put_instance(f, "user", "3", "grpc://10.0.0.3:1");
    assert_true(hears(&f->user, "10.0.0.1:1 10.0.0.2:1")); /* the last that is known */
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    eventually(hears(&f->user, "10.0.0.2:1 10.0.0.3:1"));
    registry_close(r);
}

/* The watch cannot go on: everything is read anew, and the missing one fades. */
static void compaction_meanwhile_loses_nothing(void **state)
{
    struct fixture *f = *state;
    struct registry *r = opened_for(f, tcp_gate_address(f->gate), BRISK_S);

    add(r, "video", "v-1", "10.0.0.9:1");
    put_instance(f, "user", "1", "grpc://10.0.0.1:1");
    put_instance(f, "user", "2", "grpc://10.0.0.2:1");
    registry_watch(r, "user", listen_to, &f->user);
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1"));
    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    delete_raw(f, "user/1");
    put_instance(f, "user", "3", "grpc://10.0.0.3:1");
    compact(&f->ctx, etcd_process_address(f->process), revision_now(f->etcd, &f->ctx));
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    eventually(hears(&f->user, "10.0.0.2:1 10.0.0.3:1"));
    assert_true(registry_stats(r).gaps + registry_stats(r).leases_lost > 0);
    put_instance(f, "user", "4", "grpc://10.0.0.4:1");
    eventually(hears(&f->user, "10.0.0.2:1 10.0.0.3:1 10.0.0.4:1"));
    eventually(is_there(f, "video/v-1"));
    registry_close(r);
}

static void a_kill_of_etcd_is_not_noticed_by_who_watches(void **state)
{
    struct fixture *f = *state;
    struct registry *watcher = direct(f), *r = direct(f);

    registry_watch(watcher, "user", listen_to, &f->user);
    add(r, "user", "u-1", "10.0.0.1:1");
    eventually(hears(&f->user, "10.0.0.1:1"));
    etcd_process_kill(f->process);
    eventually(!registry_stats(watcher).connected && !registry_stats(r).connected);
    etcd_process_restart(f->process);
    add(r, "user", "u-2", "10.0.0.2:1");
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1"));
    assert_int_equal(emptied(&f->user), 0);
    registry_close(r);
    registry_close(watcher);
}

static void an_etcd_that_lost_everything_is_filled_again_and_nobody_is_told_of_nobody(void **state)
{
    struct fixture *f = *state;
    struct registry *watcher = direct(f), *r = direct(f);

    registry_watch(watcher, "user", listen_to, &f->user);
    add(r, "user", "u-1", "10.0.0.1:1");
    add(r, "user", "u-2", "10.0.0.2:1");
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1"));
    etcd_process_kill(f->process);
    etcd_process_empty(f->process);
    etcd_process_restart(f->process);
    eventually(is_there(f, "user/u-1") && is_there(f, "user/u-2"));
    add(r, "user", "u-3", "10.0.0.3:1");
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1 10.0.0.3:1"));
    assert_int_equal(emptied(&f->user), 0);
    registry_close(r);
    eventually(hears(&f->user, ""));
    registry_close(watcher);
}

static void a_frozen_etcd_changes_nothing_until_it_thaws(void **state)
{
    struct fixture *f = *state;
    struct registry *r = opened_for(f, etcd_process_address(f->process), SHORT_S);

    registry_watch(r, "user", listen_to, &f->user);
    add(r, "user", "u-1", "10.0.0.1:1");
    eventually(hears(&f->user, "10.0.0.1:1"));
    etcd_process_freeze(f->process);
    eventually(!registry_stats(r).connected);
    assert_true(hears(&f->user, "10.0.0.1:1"));
    etcd_process_thaw(f->process);
    put_instance(f, "user", "2", "grpc://10.0.0.2:1");
    eventually(hears(&f->user, "10.0.0.1:1 10.0.0.2:1"));
    registry_close(r);
}

static void one_endpoint_of_two_is_enough(void **state)
{
    struct fixture *f = *state;
    struct registry *r =
        opened(f, arena_printf(&f->arena, "127.0.0.1:1, %s", etcd_process_address(f->process)));

    registry_watch(r, "user", listen_to, &f->user);
    add(r, "user", "u-1", "10.0.0.1:1");
    eventually(hears(&f->user, "10.0.0.1:1"));
    assert_true(registry_stats(r).failovers > 0);
    registry_close(r);
}

/* It is silent, so nothing breaks: the next renewal notices, and the watch goes where calls go. */
static void a_watch_leaves_an_endpoint_that_has_fallen_silent(void **state)
{
    struct fixture *f = *state;
    const char *both = arena_printf(&f->arena, "%s,%s", tcp_gate_address(f->gate),
                                    etcd_process_address(f->process));
    struct registry *r = opened_for(f, both, SHORT_S);

    registry_watch(r, "user", listen_to, &f->user);
    eventually(hears(&f->user, ""));
    tcp_gate_set(f->gate, TCP_GATE_SILENT);
    put_instance(f, "user", "1", "grpc://10.0.0.1:1");
    eventually(hears(&f->user, "10.0.0.1:1"));
    registry_close(r);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nobody_is_told_before_etcd_has_answered),
        CASE(an_instance_that_cannot_reach_etcd_is_gone_and_comes_back_by_itself),
        CASE(what_happened_meanwhile_is_told_when_etcd_is_back),
        CASE(compaction_meanwhile_loses_nothing),
        CASE(a_kill_of_etcd_is_not_noticed_by_who_watches),
        CASE(an_etcd_that_lost_everything_is_filled_again_and_nobody_is_told_of_nobody),
        CASE(a_frozen_etcd_changes_nothing_until_it_thaws),
        CASE(one_endpoint_of_two_is_enough),
        CASE(a_watch_leaves_an_endpoint_that_has_fallen_silent),
    };

    if (!etcd_process_is_installed())
        return skip_all("etcd is not installed");
    return cmocka_run_group_tests_name("registry_outage", tests, NULL, NULL);
}
