/* Tests of the registry on a real etcd, which is cut off, killed, frozen and emptied. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"

#include "etcd_fixture.h"
#include "etcd_process.h"
#include "instance_set.h"
#include "kratos_json.h"
#include "log.h"
#include "registry_heard.h"
#include "tcp_gate.h"

/*
 * Leases: one that a test waits for the end of; one that also a busy machine renews in time; one
 * that nobody waits for; one that is renewed so seldom that nothing happens just because it was
 * time to.
 */
enum { SHORT_S = 1, BRISK_S = 4, CALM_S = 60, LONG_S = 3600 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct log *log;
    struct etcd_process *process;
    struct tcp_gate *gate; /* before the etcd */
    struct etcd *etcd;     /* looks at it past the gate */
    struct str prefix;
    struct heard user, video;
};

static bool answers(struct fixture *f)
{
    struct etcd_query any = {.prefix = STR("/"), .limit = 1};
    struct etcd_found found;

    return etcd_find(f->etcd, &f->ctx, &any, &found) == NULL;
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));
    struct log_options quiet = {.fd = -1, .level = LOG_LEVEL_ERROR};

    f->ctx.arena = &f->arena;
    f->log = log_open(&quiet);
    f->process = etcd_process_start(&f->arena);
    f->gate = tcp_gate_create(etcd_process_address(f->process));
    f->etcd = etcd_opened(&f->ctx, etcd_process_address(f->process));
    f->prefix = own_prefix(&f->arena);
    heard_init(&f->user);
    heard_init(&f->video);
    eventually(answers(f));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    etcd_close(f->etcd);
    tcp_gate_destroy(f->gate);
    log_close(f->log);
    heard_fini(&f->user);
    heard_fini(&f->video);
    return fixture_end(state);
}

/* ---- registries ---- */

static struct registry *opened_for(struct fixture *f, const char *endpoints, int64_t ttl_s)
{
    struct registry_options options = registry_defaults;
    struct registry *r;

    options.endpoints = str_of(endpoints);
    options.prefix = f->prefix;
    options.ttl_s = ttl_s;
    options.attempt_ms = 500;
    options.log = f->log;
    assert_ok(&f->ctx, registry_open(&f->ctx, &options, &r));
    return r;
}

static struct registry *opened(struct fixture *f, const char *endpoints)
{
    return opened_for(f, endpoints, CALM_S);
}

static struct registry *direct(struct fixture *f)
{
    return opened(f, etcd_process_address(f->process));
}

static struct registry *gated(struct fixture *f)
{
    return opened(f, tcp_gate_address(f->gate));
}

static void add(struct registry *r, const char *service, const char *id, const char *address)
{
    struct registry_instance instance = {.service = str_of(service),
                                         .id = str_of(id),
                                         .version = STR("1.0"),
                                         .address = str_of(address)};

    registry_register(r, &instance);
}

/* Past our own code: as others write and delete. */
static void put_raw(struct fixture *f, const char *path, const char *value)
{
    struct etcd_kv kv = {.key = arena_str(&f->arena, STR_FMT "/%s", STR_ARG(f->prefix), path),
                         .value = str_of(value)};

    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &kv));
}

static void put_instance(struct fixture *f, const char *service, const char *id,
                         const char *endpoint)
{
    put_raw(f, arena_printf(&f->arena, "%s/%s", service, id),
            arena_printf(&f->arena, "{\"id\":\"%s\",\"name\":\"%s\",\"endpoints\":[\"%s\"]}", id,
                         service, endpoint));
}

static void delete_raw(struct fixture *f, const char *path)
{
    struct str key = arena_str(&f->arena, STR_FMT "/%s", STR_ARG(f->prefix), path);

    assert_ok(&f->ctx, etcd_delete(f->etcd, &f->ctx, key));
}

/* The value that stands there; empty: none. */
static struct str stands(struct fixture *f, const char *path)
{
    struct str key = arena_str(&f->arena, STR_FMT "/%s", STR_ARG(f->prefix), path);
    struct etcd_query query = {.prefix = key};
    struct etcd_found found;

    if (etcd_find(f->etcd, &f->ctx, &query, &found))
        return (struct str){0};
    return found.kvs.count > 0 ? found.kvs.at[0].value : (struct str){0};
}

static bool is_there(struct fixture *f, const char *path)
{
    return stands(f, path).len > 0;
}

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

/* ---- when etcd is away ---- */

static void nobody_is_told_before_etcd_has_answered(void **state)
{
    struct fixture *f = *state;

    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    struct registry *r = gated(f);

    registry_watch(r, "user", listen_to, &f->user);
    add(r, "video", "v-1", "10.0.0.1:1");
    assert_false(registry_ready(r));
    assert_int_equal(times(&f->user), 0);
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    eventually(registry_ready(r));
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
        CASE(it_stays_as_long_as_its_process),
        CASE(what_is_withdrawn_is_gone_at_once_and_the_rest_stays),
        CASE(a_withdrawal_waits_no_longer_than_it_may),
        CASE(a_change_of_mind_counts),
        CASE(what_is_registered_again_has_its_new_address),
        CASE(withdrawn_instances_make_room_for_others),
        CASE(a_key_that_somebody_deleted_is_made_again),
        CASE(who_watches_is_told_now_and_of_every_change),
        CASE(who_comes_late_is_not_told_what_is_over),
        CASE(a_service_whose_name_begins_the_same_is_another),
        CASE(what_is_no_instance_is_left_out_and_counted),
        CASE(those_who_speak_tls_are_told_to_who_speaks_tls),
        CASE(more_instances_than_the_limit_are_not_looked_at),
        CASE(nobody_is_told_before_etcd_has_answered),
        CASE(an_instance_that_cannot_reach_etcd_is_gone_and_comes_back_by_itself),
        CASE(what_happened_meanwhile_is_told_when_etcd_is_back),
        CASE(compaction_meanwhile_loses_nothing),
        CASE(a_kill_of_etcd_is_not_noticed_by_who_watches),
        CASE(an_etcd_that_lost_everything_is_filled_again_and_nobody_is_told_of_nobody),
        CASE(a_frozen_etcd_changes_nothing_until_it_thaws),
        CASE(one_endpoint_of_two_is_enough),
        CASE(a_watch_leaves_an_endpoint_that_has_fallen_silent),
        CASE(a_registry_can_be_closed_while_etcd_is_away),
        CASE(options_that_make_no_sense_are_refused),
    };

    if (!etcd_process_is_installed())
        return skip_all("etcd is not installed");
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
