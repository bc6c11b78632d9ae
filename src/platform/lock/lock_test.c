/* The contract of a lock, on both kinds of it: the argument is "local" or "etcd". */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lock.h"

#include <pthread.h>

#include "etcd_fixture.h"

enum { TTL_S = 60, THREADS = 4, TURNS = 5 };

static bool in_etcd;

/* Two who want the same lock: processes of a cluster, threads of one that is alone. */
struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct etcd *etcd[2];
    struct lock *lock[2];
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));
    struct str name = own_prefix(&f->arena);

    f->ctx.arena = &f->arena;
    if (!in_etcd) {
        f->lock[0] = f->lock[1] = lock_create_local();
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        f->etcd[i] = etcd_opened(&f->ctx, test_etcd());
        f->lock[i] = lock_create_etcd(f->etcd[i], name, TTL_S);
    }
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    lock_destroy(f->lock[0]);
    if (in_etcd)
        lock_destroy(f->lock[1]);
    etcd_close(f->etcd[0]);
    etcd_close(f->etcd[1]);
    return fixture_end(state);
}

static int64_t take(struct fixture *f, int who)
{
    int64_t fence;

    assert_ok(&f->ctx, lock_take(f->lock[who], &f->ctx, &fence));
    return fence;
}

/* Whoever is refused has wanted it for as long as `ms`. */
static void is_refused(struct fixture *f, int who, int64_t ms)
{
    int64_t fence = -1;

    f->ctx.deadline_ns = clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
    struct err *e = lock_take(f->lock[who], &f->ctx, &fence);

    assert_err(e, ERR_TIMEOUT);
    assert_ptr_equal(e->reason, LOCK_TAKEN);
    assert_int_equal(fence, -1);
    f->ctx.deadline_ns = 0;
}

static void what_is_held_is_not_given_to_another(void **state)
{
    struct fixture *f = *state;

    take(f, 0);
    is_refused(f, 1, 200);
    lock_release(f->lock[0]);
    take(f, 1);
    lock_release(f->lock[1]);
}

/* He who gave up is not waited for. */
static void who_gave_up_stands_in_nobodys_way(void **state)
{
    struct fixture *f = *state;

    take(f, 0);
    for (int i = 0; i < 3; i++)
        is_refused(f, 1, 200);
    lock_release(f->lock[0]);
    take(f, 0);
    lock_release(f->lock[0]);
}

static void it_is_held_from_taking_to_release(void **state)
{
    struct fixture *f = *state;

    assert_false(lock_held(f->lock[0]));
    take(f, 0);
    assert_true(lock_held(f->lock[0]));
    lock_release(f->lock[0]);
    assert_false(lock_held(f->lock[0]));
}

static void every_holder_has_a_greater_fence(void **state)
{
    struct fixture *f = *state;
    int64_t last = 0;

    for (int i = 0; i < 6; i++) {
        int64_t fence = take(f, i % 2);

        assert_true(fence > last);
        last = fence;
        lock_release(f->lock[i % 2]);
    }
}

/* Looks and waits while it is alone, so that another would be seen. */
struct worker {
    struct lock *lock;
    int *inside, *turns; /* of all */
    bool crowded;
    struct err *failure;
    struct arena arena;
};

static void take_a_turn(struct worker *w)
{
    struct timespec moment = {.tv_nsec = CLOCK_NS_PER_MS};
    int before = __atomic_fetch_add(w->inside, 1, __ATOMIC_RELAXED);

    (void)nanosleep(&moment, NULL);
    ++*w->turns; /* not atomic: the lock is what orders it */
    w->crowded = w->crowded || before != 0;
    (void)__atomic_fetch_sub(w->inside, 1, __ATOMIC_RELAXED);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct ctx c = {.arena = &w->arena};
    int64_t fence;

    for (int i = 0; i < TURNS && !w->failure; i++) {
        w->failure = lock_take(w->lock, &c, &fence);
        if (w->failure)
            break;
        take_a_turn(w);
        lock_release(w->lock);
    }
    return NULL;
}

static void many_who_want_it_have_it_one_by_one(void **state)
{
    struct fixture *f = *state;
    struct worker workers[THREADS] = {0};
    pthread_t threads[THREADS];
    int inside = 0, turns = 0;

    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.lock = f->lock[i % 2], .inside = &inside, .turns = &turns};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_ok(&f->ctx, workers[i].failure);
        assert_false(workers[i].crowded);
        arena_fini(&workers[i].arena);
    }
    assert_int_equal(turns, THREADS * TURNS);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_held_is_not_given_to_another), CASE(who_gave_up_stands_in_nobodys_way),
        CASE(it_is_held_from_taking_to_release),    CASE(every_holder_has_a_greater_fence),
        CASE(many_who_want_it_have_it_one_by_one),
    };

    in_etcd = argc > 1 && strcmp(argv[1], "etcd") == 0;
    if (in_etcd && !test_etcd())
        return skip_all("no etcd: DUAN_TEST_ETCD is not set");
    return cmocka_run_group_tests_name(in_etcd ? "lock_etcd" : "lock_local", tests, NULL, NULL);
}
