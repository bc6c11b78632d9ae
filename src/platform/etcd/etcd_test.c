/* Tests of the etcd client on a real etcd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "etcd_fixture.h"
#include "tcp_gate.h"

/* A lease that a test waits for the end of; on a busy machine it must not be over at once. */
enum { SHORT_S = 3 };

/* Where nobody listens: the port is reserved (RFC 6335, tcpmux). */
static const char NOBODY[] = "127.0.0.1:1";

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct etcd *etcd;
    struct str prefix;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->etcd = etcd_opened(&f->ctx, test_etcd());
    f->prefix = own_prefix(&f->arena);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    etcd_close(f->etcd);
    return fixture_end(state);
}

static struct str key(struct fixture *f, const char *name)
{
    return arena_str(&f->arena, STR_FMT "/%s", STR_ARG(f->prefix), name);
}

static void put(struct fixture *f, const char *name, const char *value)
{
    struct etcd_kv kv = {.key = key(f, name), .value = str_of(value)};

    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &kv));
}

static struct etcd_found find(struct fixture *f)
{
    struct etcd_query all = {.prefix = f->prefix};
    struct etcd_found found;

    assert_ok(&f->ctx, etcd_find(f->etcd, &f->ctx, &all, &found));
    return found;
}

static struct etcd_lease lease(struct fixture *f, int64_t ttl_s)
{
    struct etcd_lease granted;

    assert_ok(&f->ctx, etcd_grant(f->etcd, &f->ctx, ttl_s, &granted));
    return granted;
}

/* ---- endpoints ---- */

static void endpoints_are_looked_at_when_it_is_opened(void **state)
{
    static const char *const bad[] = {"", ",", "host", "a:1,", "a:1,,b:2", "a:0", "http://a:1"};
    struct fixture *f = *state;
    struct etcd_options options = etcd_defaults;
    struct etcd *e = NULL;

    for (size_t i = 0; i < COUNT(bad); i++) {
        options.endpoints = str_of(bad[i]);
        assert_err(etcd_open(&f->ctx, &options, &e), ERR_INVALID);
    }
    options.endpoints = STR("a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1,j:1,k:1,l:1,m:1,n:1,o:1,p:1,q:1");
    assert_err(etcd_open(&f->ctx, &options, &e), ERR_INVALID);
    assert_null(e);
    options.endpoints = STR(" a:1 , b:1 ");
    assert_ok(&f->ctx, etcd_open(&f->ctx, &options, &e));
    etcd_close(e);
}

/* An attempt of it has no end of its own. */
static struct etcd *patient(struct fixture *f, const char *endpoints)
{
    struct etcd_options options = etcd_defaults;
    struct etcd *e;

    options.endpoints = str_of(endpoints);
    options.attempt_ms = 3600000;
    assert_ok(&f->ctx, etcd_open(&f->ctx, &options, &e));
    return e;
}

static void a_dead_endpoint_is_left_for_one_that_works(void **state)
{
    struct fixture *f = *state;
    struct etcd *e = etcd_opened(&f->ctx, arena_printf(&f->arena, "%s,%s", NOBODY, test_etcd()));

    assert_true(revision_now(e, &f->ctx) > 0);
    assert_int_equal(etcd_failovers(e), 1);
    etcd_close(e);
}

/* Were the first one asked again, nothing would come. So many calls that a channel that has just
 * failed would try it once more. */
static void the_endpoint_that_answered_is_asked_from_then_on(void **state)
{
    struct fixture *f = *state;
    struct tcp_gate *gate = tcp_gate_create(test_etcd());
    struct etcd *e =
        patient(f, arena_printf(&f->arena, "%s,%s", tcp_gate_address(gate), test_etcd()));

    tcp_gate_set(gate, TCP_GATE_SHUT);
    assert_true(revision_now(e, &f->ctx) > 0);
    tcp_gate_set(gate, TCP_GATE_SILENT);
    for (int i = 0; i < 500; i++)
        assert_true(revision_now(e, &f->ctx) > 0);
    assert_int_equal(etcd_failovers(e), 1);
    etcd_close(e);
    tcp_gate_destroy(gate);
}

static void a_silent_endpoint_is_left_after_an_attempt(void **state)
{
    struct fixture *f = *state;
    struct tcp_gate *gate = tcp_gate_create(test_etcd());
    struct etcd_options options = etcd_defaults;
    struct etcd *e;

    options.endpoints = arena_str(&f->arena, "%s,%s", tcp_gate_address(gate), test_etcd());
    options.attempt_ms = 100;
    assert_ok(&f->ctx, etcd_open(&f->ctx, &options, &e));
    tcp_gate_set(gate, TCP_GATE_SILENT);
    struct etcd_query any = {.prefix = STR("/"), .limit = 1};
    struct etcd_found found;

    /* On a machine that is busy the good one may be too slow for its attempt as well. */
    eventually(!etcd_find(e, &f->ctx, &any, &found));
    assert_true(etcd_failovers(e) > 0);
    etcd_close(e);
    tcp_gate_destroy(gate);
}

static void when_nobody_answers_the_failure_names_the_endpoint(void **state)
{
    struct fixture *f = *state;
    struct etcd *e = etcd_opened(&f->ctx, NOBODY);
    struct etcd_lease granted;
    struct err *failure = etcd_grant(e, &f->ctx, 5, &granted);

    assert_err(failure, ERR_UNAVAILABLE);
    assert_non_null(strstr(err_text(&f->ctx, failure), NOBODY));
    etcd_close(e);
}

static void the_callers_deadline_ends_it(void **state)
{
    struct fixture *f = *state;
    struct tcp_gate *gate = tcp_gate_create(test_etcd());
    struct etcd *e = patient(f, tcp_gate_address(gate));
    struct etcd_query any = {.prefix = STR("/"), .limit = 1};
    struct etcd_found found;

    tcp_gate_set(gate, TCP_GATE_SILENT);
    f->ctx.deadline_ns = clock_monotonic_ns() + 50 * (int64_t)CLOCK_NS_PER_MS;
    assert_err(etcd_find(e, &f->ctx, &any, &found), ERR_TIMEOUT);
    etcd_close(e);
    tcp_gate_destroy(gate);
}

/* ---- keys ---- */

static void what_is_put_is_found_by_its_prefix_in_order(void **state)
{
    struct fixture *f = *state;
    char *sibling = arena_printf(&f->arena, STR_FMT, STR_ARG(f->prefix));
    struct etcd_kv beside = {.key = {sibling, f->prefix.len}};

    sibling[f->prefix.len - 1]++; /* the first key that does not begin with the prefix */
    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &beside));
    put(f, "b", "2");
    put(f, "a", "1");
    put(f, "c", "3");
    struct etcd_found found = find(f);

    assert_int_equal(found.kvs.count, 3);
    assert_str(found.kvs.at[0].key, key(f, "a"));
    assert_str(found.kvs.at[2].value, STR("3"));
    assert_ok(&f->ctx, etcd_delete(f->etcd, &f->ctx, beside.key));
    assert_false(found.more);
    assert_true(found.revision >= found.kvs.at[2].mod_revision);
}

static void a_limit_says_that_there_is_more(void **state)
{
    struct fixture *f = *state;
    struct etcd_query two = {.prefix = f->prefix, .limit = 2};
    struct etcd_found found;

    put(f, "a", "1");
    put(f, "b", "2");
    put(f, "c", "3");
    assert_ok(&f->ctx, etcd_find(f->etcd, &f->ctx, &two, &found));
    assert_int_equal(found.kvs.count, 2);
    assert_true(found.more);
}

static void the_newest_comes_first_when_asked_and_none_that_is_too_new(void **state)
{
    struct fixture *f = *state;
    struct etcd_query newest = {.prefix = f->prefix, .limit = 1, .newest_first = true};
    struct etcd_found found;

    put(f, "b", "first");
    put(f, "a", "second");
    assert_ok(&f->ctx, etcd_find(f->etcd, &f->ctx, &newest, &found));
    assert_str(found.kvs.at[0].key, key(f, "a"));
    newest.created_at_most = found.kvs.at[0].create_revision - 1;
    assert_ok(&f->ctx, etcd_find(f->etcd, &f->ctx, &newest, &found));
    assert_str(found.kvs.at[0].key, key(f, "b"));
}

static void a_deleted_key_is_gone_and_may_be_deleted_again(void **state)
{
    struct fixture *f = *state;

    put(f, "a", "1");
    for (int i = 0; i < 2; i++)
        assert_ok(&f->ctx, etcd_delete(f->etcd, &f->ctx, key(f, "a")));
    assert_int_equal(find(f).kvs.count, 0);
}

static void a_key_is_created_once(void **state)
{
    struct fixture *f = *state;
    struct etcd_kv kv = {.key = key(f, "a"), .value = STR("1")};
    int64_t revision = 0, again = 0;

    assert_ok(&f->ctx, etcd_create(f->etcd, &f->ctx, &kv, &revision));
    assert_int_equal(find(f).kvs.at[0].create_revision, revision);
    assert_err(etcd_create(f->etcd, &f->ctx, &kv, &again), ERR_EXISTS);
    assert_int_equal(again, 0);
}

/* The first attempt's answer may have been lost. */
static void creating_again_under_the_same_lease_is_the_same_creation(void **state)
{
    struct fixture *f = *state;
    struct etcd_kv kv = {.key = key(f, "a"), .lease = lease(f, 60).id};
    int64_t first = 0, second = 0;

    assert_ok(&f->ctx, etcd_create(f->etcd, &f->ctx, &kv, &first));
    put(f, "other", "moves the store's revision");
    assert_ok(&f->ctx, etcd_create(f->etcd, &f->ctx, &kv, &second));
    assert_int_equal(first, second);
    kv.lease = lease(f, 60).id;
    assert_err(etcd_create(f->etcd, &f->ctx, &kv, &second), ERR_EXISTS);
}

/* ---- leases ---- */

static void keys_vanish_with_their_lease(void **state)
{
    struct fixture *f = *state;
    struct etcd_kv kv = {.key = key(f, "a"), .lease = lease(f, SHORT_S).id};

    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &kv));
    eventually(find(f).kvs.count == 0);
    assert_err(etcd_renew(f->etcd, &f->ctx, kv.lease), ERR_NOT_FOUND);
    assert_err(etcd_put(f->etcd, &f->ctx, &kv), ERR_NOT_FOUND);
}

static void a_renewed_lease_outlives_another(void **state)
{
    struct fixture *f = *state;
    struct etcd_kv kept = {.key = key(f, "kept"), .lease = lease(f, SHORT_S).id};
    struct etcd_kv left = {.key = key(f, "left"), .lease = lease(f, SHORT_S).id};

    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &kept));
    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &left));
    do
        assert_ok(&f->ctx, etcd_renew(f->etcd, &f->ctx, kept.lease));
    while (find(f).kvs.count == 2);
    assert_str(find(f).kvs.at[0].key, kept.key);
}

static void a_revoked_lease_takes_its_keys_and_may_be_revoked_again(void **state)
{
    struct fixture *f = *state;
    struct etcd_kv kv = {.key = key(f, "a"), .lease = lease(f, 60).id};

    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &kv));
    for (int i = 0; i < 2; i++)
        assert_ok(&f->ctx, etcd_revoke(f->etcd, &f->ctx, kv.lease));
    assert_int_equal(find(f).kvs.count, 0);
}

/* ---- watches ---- */

static struct etcd_watch *watch(struct fixture *f, int64_t from)
{
    struct etcd_watch *w;

    assert_ok(&f->ctx, etcd_watch_open(f->etcd, &f->ctx, f->prefix, from, &w));
    return w;
}

static struct etcd_changes next(struct fixture *f, struct etcd_watch *w)
{
    struct etcd_changes changes;

    assert_ok(&f->ctx, etcd_watch_next(w, &f->ctx, &changes));
    return changes;
}

static void a_watch_tells_what_happens_and_what_has(void **state)
{
    struct fixture *f = *state;
    int64_t before = revision_now(f->etcd, &f->ctx);

    put(f, "a", "1");
    struct etcd_watch *w = watch(f, before + 1);
    struct etcd_changes changes = next(f, w);

    assert_false(changes.at[0].deleted);
    assert_str(changes.at[0].kv.key, key(f, "a"));
    assert_str(changes.at[0].kv.value, STR("1"));
    assert_int_equal(changes.revision, changes.at[0].kv.mod_revision);
    assert_ok(&f->ctx, etcd_delete(f->etcd, &f->ctx, key(f, "a")));
    changes = next(f, w);
    assert_int_equal(changes.count, 1);
    assert_true(changes.at[0].deleted);
    assert_str(changes.at[0].kv.key, key(f, "a"));
    etcd_watch_close(w);
}

/* Cut off behind the first change: a new watch tells the second, which nobody has heard. */
static void a_watch_goes_on_where_another_ended(void **state)
{
    struct fixture *f = *state;
    struct etcd_watch *w = watch(f, revision_now(f->etcd, &f->ctx) + 1);

    put(f, "a", "1");
    int64_t heard = next(f, w).revision;

    etcd_watch_close(w);
    put(f, "b", "2");
    w = watch(f, heard + 1);
    struct etcd_changes changes = next(f, w);

    assert_int_equal(changes.count, 1);
    assert_str(changes.at[0].kv.key, key(f, "b"));
    etcd_watch_close(w);
}

static void a_deadline_leaves_the_watch_as_it_is(void **state)
{
    struct fixture *f = *state;
    struct etcd_watch *w = watch(f, revision_now(f->etcd, &f->ctx) + 1);
    struct ctx hurried = {.arena = &f->arena, .deadline_ns = clock_monotonic_ns()};
    struct etcd_changes changes;

    assert_err(etcd_watch_next(w, &hurried, &changes), ERR_TIMEOUT);
    put(f, "a", "1");
    assert_int_equal(next(f, w).count, 1);
    etcd_watch_close(w);
}

struct waiter {
    struct etcd_watch *watch;
    struct err *failure;
    struct arena arena;
};

static void *wait_in(void *arg)
{
    struct waiter *waiter = arg;
    struct ctx c = {.arena = &waiter->arena};
    struct etcd_changes changes;

    waiter->failure = etcd_watch_next(waiter->watch, &c, &changes);
    return NULL;
}

static void who_waits_in_a_watch_is_woken_by_its_cancellation(void **state)
{
    struct fixture *f = *state;
    struct waiter waiter = {.watch = watch(f, revision_now(f->etcd, &f->ctx) + 1)};
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, wait_in, &waiter), 0);
    etcd_watch_cancel(waiter.watch);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_err(waiter.failure, ERR_CANCELLED);
    etcd_watch_close(waiter.watch);
    arena_fini(&waiter.arena);
}

/* A store that has lost its data would be waited for in silence. */
static void a_store_that_is_behind_what_was_seen_is_a_gap(void **state)
{
    struct fixture *f = *state;
    struct etcd_watch *w = NULL;
    int64_t from = revision_now(f->etcd, &f->ctx) + 1000000;
    struct err *failure = etcd_watch_open(f->etcd, &f->ctx, f->prefix, from, &w);

    assert_err(failure, ERR_ABORTED);
    assert_ptr_equal(failure->reason, ETCD_GAP);
    assert_null(w);
}

static void a_watch_that_is_cut_off_fails_and_the_endpoint_is_left(void **state)
{
    struct fixture *f = *state;
    struct tcp_gate *gate = tcp_gate_create(test_etcd());
    struct etcd *e =
        etcd_opened(&f->ctx, arena_printf(&f->arena, "%s,%s", tcp_gate_address(gate), test_etcd()));
    struct etcd_changes changes;
    struct etcd_watch *w;

    assert_ok(&f->ctx, etcd_watch_open(e, &f->ctx, f->prefix, 0, &w));
    assert_false(etcd_watch_is_left(w));
    tcp_gate_set(gate, TCP_GATE_SHUT);
    assert_err(etcd_watch_next(w, &f->ctx, &changes), ERR_UNAVAILABLE);
    assert_true(etcd_watch_is_left(w));
    etcd_watch_close(w);
    etcd_close(e);
    tcp_gate_destroy(gate);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(endpoints_are_looked_at_when_it_is_opened),
        CASE(a_dead_endpoint_is_left_for_one_that_works),
        CASE(the_endpoint_that_answered_is_asked_from_then_on),
        CASE(a_silent_endpoint_is_left_after_an_attempt),
        CASE(when_nobody_answers_the_failure_names_the_endpoint),
        CASE(the_callers_deadline_ends_it),
        CASE(what_is_put_is_found_by_its_prefix_in_order),
        CASE(a_limit_says_that_there_is_more),
        CASE(the_newest_comes_first_when_asked_and_none_that_is_too_new),
        CASE(a_deleted_key_is_gone_and_may_be_deleted_again),
        CASE(a_key_is_created_once),
        CASE(creating_again_under_the_same_lease_is_the_same_creation),
        CASE(keys_vanish_with_their_lease),
        CASE(a_renewed_lease_outlives_another),
        CASE(a_revoked_lease_takes_its_keys_and_may_be_revoked_again),
        CASE(a_watch_tells_what_happens_and_what_has),
        CASE(a_watch_goes_on_where_another_ended),
        CASE(a_deadline_leaves_the_watch_as_it_is),
        CASE(who_waits_in_a_watch_is_woken_by_its_cancellation),
        CASE(a_store_that_is_behind_what_was_seen_is_a_gap),
        CASE(a_watch_that_is_cut_off_fails_and_the_endpoint_is_left),
    };

    if (!test_etcd())
        return skip_all("no etcd: DUAN_TEST_ETCD is not set");
    return cmocka_run_group_tests_name("etcd", tests, NULL, NULL);
}
