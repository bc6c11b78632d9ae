/* Tests of what happens to a lock in etcd when its holder, or etcd, goes away. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "etcd_fixture.h"
#include "lock.h"
#include "tcp_gate.h"

/* Long enough for a machine that is busy: no renewal comes too late. */
enum { TTL_S = 4 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct tcp_gate *gate;
    struct etcd *cut, *whole; /* behind the gate, and past it */
    struct str name;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->gate = tcp_gate_create(test_etcd());
    f->cut = etcd_opened(&f->ctx, tcp_gate_address(f->gate));
    f->whole = etcd_opened(&f->ctx, test_etcd());
    f->name = own_prefix(&f->arena);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    etcd_close(f->cut);
    etcd_close(f->whole);
    tcp_gate_destroy(f->gate);
    return fixture_end(state);
}

static int64_t take(struct fixture *f, struct lock *l)
{
    int64_t fence;

    assert_ok(&f->ctx, lock_take(l, &f->ctx, &fence));
    return fence;
}

static struct err *refused(struct fixture *f, struct lock *l)
{
    int64_t fence;

    f->ctx.deadline_ns = clock_monotonic_ns() + 200 * (int64_t)CLOCK_NS_PER_MS;
    struct err *e = lock_take(l, &f->ctx, &fence);

    f->ctx.deadline_ns = 0;
    assert_non_null(e);
    return e;
}

/* Keys in the line. */
static size_t line(struct fixture *f)
{
    struct etcd_query all = {.prefix = f->name};
    struct etcd_found found;

    assert_ok(&f->ctx, etcd_find(f->whole, &f->ctx, &all, &found));
    return found.kvs.count;
}

/* The order is what counts: the new holder must not begin before the old one knows to stop. */
static void a_holder_who_is_cut_off_knows_before_another_has_it(void **state)
{
    struct fixture *f = *state;
    struct lock *mine = lock_create_etcd(f->cut, f->name, TTL_S);
    struct lock *others = lock_create_etcd(f->whole, f->name, 60);
    int64_t fence = take(f, mine);

    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    assert_true(take(f, others) > fence);
    assert_false(lock_held(mine));
    assert_true(lock_held(others));
    lock_release(mine);
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    assert_true(lock_held(others)); /* a late release takes nothing from him */
    lock_release(others);
    lock_destroy(mine);
    lock_destroy(others);
}

static void a_lock_outlives_its_ttl_while_its_holder_lives(void **state)
{
    struct fixture *f = *state;
    struct lock *l = lock_create_etcd(f->whole, f->name, TTL_S);
    struct etcd_lease witness;
    struct etcd_kv kv;

    take(f, l);
    assert_ok(&f->ctx, etcd_grant(f->whole, &f->ctx, (int64_t)2 * TTL_S, &witness));
    kv = (struct etcd_kv){.key = arena_str(&f->arena, STR_FMT "-witness", STR_ARG(f->name)),
                          .lease = witness.id};
    assert_ok(&f->ctx, etcd_put(f->whole, &f->ctx, &kv));
    eventually(line(f) == 1); /* a lease twice as long that nobody renewed is over */
    assert_true(lock_held(l));
    lock_release(l);
    assert_int_equal(line(f), 0);
    lock_destroy(l);
}

/* An operator may take the lease away, or etcd lose it: the next renewal notices. */
static void a_revoked_lease_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct lock *l = lock_create_etcd(f->whole, f->name, TTL_S);
    struct etcd_query all = {.prefix = f->name};
    struct etcd_found found;

    take(f, l);
    assert_ok(&f->ctx, etcd_find(f->whole, &f->ctx, &all, &found));
    assert_ok(&f->ctx, etcd_revoke(f->whole, &f->ctx, found.kvs.at[0].lease));
    eventually(!lock_held(l));
    lock_release(l);
    take(f, l);
    assert_true(lock_held(l));
    lock_release(l);
    lock_destroy(l);
}

struct waiter {
    struct lock *lock;
    struct err *failure;
    struct arena arena;
};

static void *wait_for(void *arg)
{
    struct waiter *waiter = arg;
    struct ctx c = {.arena = &waiter->arena};
    int64_t fence;

    waiter->failure = lock_take(waiter->lock, &c, &fence);
    return NULL;
}

/* Nobody stands before a key that has gone: that must not look like having it. */
static void who_loses_his_place_in_the_line_is_not_given_it(void **state)
{
    struct fixture *f = *state;
    struct lock *first = lock_create_etcd(f->whole, f->name, 60);
    struct waiter second = {.lock = lock_create_etcd(f->whole, f->name, 60)};
    struct etcd_query newest = {.prefix = f->name, .newest_first = true};
    struct etcd_found found;
    pthread_t thread;

    take(f, first);
    assert_int_equal(pthread_create(&thread, NULL, wait_for, &second), 0);
    eventually(line(f) == 2);
    assert_ok(&f->ctx, etcd_find(f->whole, &f->ctx, &newest, &found));
    assert_ok(&f->ctx, etcd_revoke(f->whole, &f->ctx, found.kvs.at[0].lease));
    lock_release(first);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_err(second.failure, ERR_UNAVAILABLE);
    assert_false(lock_held(second.lock));
    lock_destroy(first);
    lock_destroy(second.lock);
    arena_fini(&second.arena);
}

/* That another has it is a different answer. */
static void without_etcd_nobody_is_given_it(void **state)
{
    struct fixture *f = *state;
    struct lock *l = lock_create_etcd(f->cut, f->name, 60);

    tcp_gate_set(f->gate, TCP_GATE_SHUT);
    assert_ptr_not_equal(refused(f, l)->reason, LOCK_TAKEN);
    tcp_gate_set(f->gate, TCP_GATE_SILENT);
    assert_ptr_not_equal(refused(f, l)->reason, LOCK_TAKEN);
    tcp_gate_set(f->gate, TCP_GATE_OPEN);
    eventually(line(f) == 0);
    lock_destroy(l);
}

/* ---- etcd's own lock service ---- */

struct lock_message {
    struct str name, key;
    int64_t lease;
};

#define FIELD(name_, number_, kind_)                          \
    {                                                         \
        .name = #name_, .number = (number_), .kind = (kind_), \
        .offset = offsetof(struct lock_message, name_)        \
    }
static const struct codec_field lock_req_fields[] = {FIELD(name, 1, CODEC_BYTES),
                                                     FIELD(lease, 2, CODEC_64)};
static const struct codec_field lock_resp_fields[] = {FIELD(key, 2, CODEC_BYTES)};
static const struct codec_field unlock_req_fields[] = {FIELD(key, 1, CODEC_BYTES)};
static const struct codec_type lock_req = {"LockRequest", sizeof(struct lock_message),
                                           lock_req_fields, COUNT(lock_req_fields)};
static const struct codec_type lock_resp = {"LockResponse", sizeof(struct lock_message),
                                            lock_resp_fields, COUNT(lock_resp_fields)};
static const struct codec_type unlock_req = {"UnlockRequest", sizeof(struct lock_message),
                                             unlock_req_fields, COUNT(unlock_req_fields)};

static struct str ask_lock_service(struct fixture *f, const char *path,
                                   const struct codec_type *type, const struct lock_message *req)
{
    struct rpc_channel_options options = rpc_channel_defaults;
    struct str answer;

    options.address = str_of(test_etcd());
    struct rpc_channel *channel = rpc_channel_create(&options);
    struct str bytes = codec_encode(&f->ctx, type, req);

    assert_ok(&f->ctx, rpc_finish(rpc_begin(channel, &f->ctx, path, bytes), &answer, NULL));
    rpc_channel_destroy(channel);
    return answer;
}

/* Others, etcdctl among them, stand in the same line. */
static void etcds_own_locks_are_the_same(void **state)
{
    struct fixture *f = *state;
    struct lock *mine = lock_create_etcd(f->whole, f->name, 60);
    struct lock_message theirs = {.name = f->name}, taken = {0};
    struct etcd_lease lease;

    assert_ok(&f->ctx, etcd_grant(f->whole, &f->ctx, 60, &lease));
    theirs.lease = lease.id;
    struct str answer = ask_lock_service(f, "/v3lockpb.Lock/Lock", &lock_req, &theirs);

    assert_ok(&f->ctx, codec_decode(&f->ctx, &lock_resp, answer, &taken));
    assert_ptr_equal(refused(f, mine)->reason, LOCK_TAKEN);
    ask_lock_service(f, "/v3lockpb.Lock/Unlock", &unlock_req, &taken);
    take(f, mine);
    lock_release(mine);
    lock_destroy(mine);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_holder_who_is_cut_off_knows_before_another_has_it),
        CASE(a_lock_outlives_its_ttl_while_its_holder_lives),
        CASE(a_revoked_lease_is_noticed),
        CASE(who_loses_his_place_in_the_line_is_not_given_it),
        CASE(without_etcd_nobody_is_given_it),
        CASE(etcds_own_locks_are_the_same),
    };

    if (!test_etcd())
        return skip_all("no etcd: DUAN_TEST_ETCD is not set");
    return cmocka_run_group_tests_name("lock_loss", tests, NULL, NULL);
}
