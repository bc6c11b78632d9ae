/* Tests of couriers: what they say of the facts they bring, and how much they carry. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "courier.h"

#include <stdatomic.h>

#include "changes.h"
#include "codec.h"
#include "eventually.h"
#include "fact_queue.h"
#include "lock_driver.h"
#include "migrate.h"
#include "outbox.h"
#include "scratch_db.h"
#include "sequence.h"
#include "test_clock.h"

static const struct codec_type mark = {.name = "Mark", .size = sizeof(int)};

enum { HOUR_MS = 3600 * 1000, MANY = 3 * FACT_BATCH + 7 };
static struct str known_type = STR_INIT("Mark"), unknown_type = STR_INIT("Tomorrow");
static const int64_t START_MS = INT64_C(1800000000000);

/* A lock that can be out of reach, as one in etcd can be. */
struct far_lock {
    struct lock base; /* first */
    struct lock *lock;
    atomic_bool away;
    _Atomic int asked;
};

static struct err *take_far(struct lock *l, struct ctx *c, int64_t *fence)
{
    struct far_lock *far = (struct far_lock *)l;

    atomic_fetch_add(&far->asked, 1);
    if (atomic_load(&far->away))
        return err_new(c, ERR_TIMEOUT, "nobody answers");
    return lock_take(far->lock, c, fence);
}

static void release_far(struct lock *l)
{
    lock_release(((struct far_lock *)l)->lock);
}

static const struct lock_driver far_driver = {.take = take_far, .release = release_far};

/* The destination writes down what it is told. */
struct fixture {
    struct changes_api to; /* first */
    struct far_lock sweeping;
    struct db_fixture *base;
    struct changes *changes;
    struct courier *courier;
    _Atomic int64_t facts, largest, read_at, settled_before;
    atomic_bool down;
};

static bool is_known(const struct changes_fact *fact)
{
    return !str_eq(fact->type, STR("Tomorrow"));
}

static struct err *apply(struct changes_api *to, struct ctx *c, const struct changes_apply_req *req,
                         struct changes_apply_resp *resp)
{
    struct fixture *f = (struct fixture *)to;

    if (atomic_load(&f->down))
        return err_new(c, ERR_UNAVAILABLE, "nobody is there");
    resp->refused.at = arena_array(c->arena, int64_t, req->facts.count);
    for (size_t i = 0; i < req->facts.count; i++) {
        if (!is_known(&req->facts.at[i]))
            resp->refused.at[resp->refused.count++] = req->facts.at[i].id;
    }
    if ((int64_t)req->facts.count > atomic_load(&f->largest))
        atomic_store(&f->largest, (int64_t)req->facts.count);
    atomic_store(&f->read_at, req->read_at);
    if (req->settled_before)
        atomic_store(&f->settled_before, req->settled_before);
    atomic_fetch_add(&f->facts, (int64_t)(req->facts.count - resp->refused.count));
    return NULL;
}

static int setup(void **state)
{
    static const struct changes_api_ops ops = {.apply = apply};
    const struct migration_list lists[] = {sequence_migrations, changes_migrations};
    struct fixture *f = calloc(1, sizeof(*f));
    void *base;

    if (!f || db_fixture_setup(&base) != 0)
        abort();
    f->to.ops = &ops;
    f->base = base;
    assert_ok(&f->base->ctx, migrate(f->base->db, &f->base->ctx, lists, COUNT(lists)));
    f->changes = changes_create();
    struct courier_options options = courier_defaults;

    options.source = "source";
    options.destination = "there";
    options.db = f->base->db;
    options.to = &f->to;
    options.settle_ms = 60000;
    options.sweep_ms = 10;
    options.age_ms = 0;
    options.pause_ms = 1;
    options.pause_max_ms = 10;
    f->sweeping = (struct far_lock){.base = {&far_driver}, .lock = lock_create_local()};
    options.sweeping = &f->sweeping.base;
    f->courier = courier_create(&options);
    changes_forward(f->changes, &mark, CHANGE_BIT(CHANGE_INSERT), f->courier);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    void *base = f->base;

    courier_destroy(f->courier);
    lock_destroy(f->sweeping.lock);
    changes_destroy(f->changes);
    test_clock_run();
    free(f);
    return db_fixture_teardown(&base);
}

static void start(struct fixture *f)
{
    assert_ok(&f->base->ctx, courier_start(f->courier, &f->base->ctx));
}

/* ---- writing ---- */

struct write_job {
    struct fixture *f;
    enum change_op op;
    int count;
    int64_t then_ms; /* the clock stands there before the commit; 0: it is left alone */
};

static struct err *write_some(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct write_job *job = arg;
    int *row = arena_new(c->arena, int);

    for (int i = 0; i < job->count; i++)
        TRY(changes_emit(job->f->changes, tx, c,
                         &(struct change){.type = &mark, .op = job->op, .row = row}));
    if (job->then_ms)
        test_clock_stop(job->then_ms);
    return NULL;
}

static void emit_in_a_write(struct fixture *f, struct write_job job)
{
    job.f = f;
    assert_ok(&f->base->ctx,
              changes_write(f->changes, f->base->db, &f->base->ctx, write_some, &job));
}

static int64_t waiting(struct fixture *f)
{
    struct courier_stats stats;

    assert_ok(&f->base->ctx, courier_stats(f->courier, &f->base->ctx, &stats));
    return stats.waiting;
}

/* ---- tests ---- */

static void facts_are_brought_before_the_write_returns(void **state)
{
    struct fixture *f = *state;

    start(f);
    emit_in_a_write(f, (struct write_job){.count = 3});
    assert_true(atomic_load(&f->facts) >= 3); /* more: the sweep met them as well */
    eventually(waiting(f) == 0);
}

static void only_what_somebody_follows_is_brought(void **state)
{
    struct fixture *f = *state;

    start(f);
    emit_in_a_write(f, (struct write_job){.count = 3, .op = CHANGE_UPDATE});
    assert_int_equal(atomic_load(&f->facts), 0);
    assert_int_equal(waiting(f), 0);
}

static void facts_say_when_they_were_there_for_certain(void **state)
{
    struct fixture *f = *state;

    start(f);
    test_clock_stop(START_MS);
    emit_in_a_write(f, (struct write_job){.count = 1, .then_ms = START_MS + HOUR_MS});
    assert_int_equal(atomic_load(&f->read_at), START_MS);
}

static void what_was_left_behind_comes_in_bounded_calls(void **state)
{
    struct fixture *f = *state;

    atomic_store(&f->down, true);
    start(f);
    for (int left = MANY; left > 0; left -= FACT_BATCH)
        emit_in_a_write(f, (struct write_job){.count = left < FACT_BATCH ? left : FACT_BATCH});
    assert_int_equal(waiting(f), MANY);
    atomic_store(&f->down, false);
    eventually(waiting(f) == 0);
    assert_true(atomic_load(&f->facts) >= MANY);
    assert_true(atomic_load(&f->largest) <= FACT_BATCH);
    assert_true(atomic_load(&f->largest) <= INT64_C(1024)); /* what an inbox takes */
}

/* By a process that is no more. */
static struct err *leave_behind(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct str *type = arg;

    return outbox_add(tx, c, STR("there"), &(struct fact){.created_at = START_MS, .type = *type});
}

/* A write says what is settled when a sweep has looked. */
static void await_a_sweep(struct fixture *f)
{
    eventually(({
        emit_in_a_write(f, (struct write_job){.count = 1});
        atomic_load(&f->settled_before) != 0;
    }));
}

static void what_another_instance_is_sweeping_is_left_to_it(void **state)
{
    struct fixture *f = *state;
    struct ctx *c = &f->base->ctx;
    int64_t fence;

    assert_ok(c, lock_take(f->sweeping.lock, c, &fence));
    assert_ok(c, sql_write(f->base->db, c, leave_behind, &known_type));
    test_clock_stop(START_MS + HOUR_MS);
    start(f);
    await_a_sweep(f);
    assert_int_equal(atomic_load(&f->settled_before), START_MS); /* it waits still */
    lock_release(f->sweeping.lock);
    eventually(waiting(f) == 0);
}

static void who_cannot_ask_whether_another_sweeps_does_it(void **state)
{
    struct fixture *f = *state;
    struct ctx *c = &f->base->ctx;

    atomic_store(&f->sweeping.away, true);
    assert_ok(c, sql_write(f->base->db, c, leave_behind, &known_type));
    test_clock_stop(START_MS + HOUR_MS);
    start(f);
    eventually(waiting(f) == 0);
    assert_int_equal(atomic_load(&f->facts), 1);
}

/* Whoever else wants to sweep then may. */
static void who_has_not_the_turn_stays_shut_until_the_other_is_done(void **state)
{
    struct fixture *f = *state;
    struct ctx *c = &f->base->ctx;
    struct courier_stats stats;
    int64_t fence;

    assert_ok(c, lock_take(f->sweeping.lock, c, &fence)); /* another instance sweeps */
    atomic_store(&f->down, true);
    start(f);
    emit_in_a_write(f, (struct write_job){.count = 1}); /* which shows that nobody is there */
    assert_ok(c, courier_stats(f->courier, c, &stats));
    uint64_t calls = stats.calls;

    for (int i = 0; i < 3; i++) {
        int asked = atomic_load(&f->sweeping.asked);
        eventually(atomic_load(&f->sweeping.asked) >= asked + 2); /* a sweep has come and gone */
        emit_in_a_write(f, (struct write_job){.count = 1});
    }
    assert_ok(c, courier_stats(f->courier, c, &stats));
    assert_true(stats.down);
    assert_int_equal(stats.calls, calls);
    atomic_store(&f->down, false);
    lock_release(f->sweeping.lock);
    eventually(waiting(f) == 0);
}

static void a_sweep_ends_with_its_turn(void **state)
{
    struct fixture *f = *state;
    struct ctx *c = &f->base->ctx;
    int64_t fence;

    assert_ok(c, sql_write(f->base->db, c, leave_behind, &known_type));
    test_clock_stop(START_MS + HOUR_MS);
    start(f);
    eventually(waiting(f) == 0);
    assert_ok(c, lock_take(f->sweeping.lock, c, &fence));
    lock_release(f->sweeping.lock);
}

static void what_still_waits_bounds_what_is_settled(void **state)
{
    struct fixture *f = *state;

    test_clock_stop(START_MS + HOUR_MS);
    assert_ok(&f->base->ctx, sql_write(f->base->db, &f->base->ctx, leave_behind, &unknown_type));
    start(f);
    eventually(atomic_load(&f->settled_before) != 0);
    assert_int_equal(atomic_load(&f->settled_before), START_MS);
    assert_int_equal(waiting(f), 1);
}

static void when_nothing_waits_all_is_settled(void **state)
{
    struct fixture *f = *state;

    test_clock_stop(START_MS);
    start(f);
    eventually(({
        emit_in_a_write(f, (struct write_job){.count = 1});
        atomic_load(&f->settled_before) != 0;
    }));
    assert_int_equal(atomic_load(&f->settled_before), START_MS);
}

static void a_destination_that_is_away_is_seen_in_the_figures(void **state)
{
    struct fixture *f = *state;
    struct courier_stats stats;

    atomic_store(&f->down, true);
    start(f);
    emit_in_a_write(f, (struct write_job){.count = 2});
    assert_ok(&f->base->ctx, courier_stats(f->courier, &f->base->ctx, &stats));
    assert_true(stats.down);
    assert_int_equal(stats.waiting, 2);
    assert_true(stats.failed > 0);
    assert_int_equal(stats.delivered, 0);
    atomic_store(&f->down, false);
    eventually(waiting(f) == 0);
    assert_ok(&f->base->ctx, courier_stats(f->courier, &f->base->ctx, &stats));
    assert_true(stats.delivered >= 2);
}

static void a_row_that_is_too_large_undoes_the_write(void **state)
{
    struct fixture *f = *state;
    struct fact fact = {.created_at = 1, .type = STR("Mark")};

    fact.row = (struct str){arena_bytes(&f->base->arena, OUTBOX_ROW_MAX + 1), OUTBOX_ROW_MAX + 1};
    assert_err(outbox_add(NULL, &f->base->ctx, STR("there"), &fact), ERR_INTERNAL);
}

/* ---- the queue in memory ---- */

static void a_full_queue_leaves_the_rest_to_the_outbox(void **state)
{
    struct fact fact = {.type = STR("Mark"), .row = STR("row")};
    struct arena arena = {0};
    struct fact_queue q;

    (void)state;
    fact_queue_init(&q);
    for (int i = 0; i < FACT_QUEUE_MAX + 10; i++)
        fact_queue_push(&q, &fact);
    assert_int_equal(q.count, FACT_QUEUE_MAX);
    assert_int_equal(fact_queue_take(&q, &arena).count, FACT_BATCH);
    assert_int_equal(q.count, FACT_QUEUE_MAX - FACT_BATCH);
    fact_queue_shut(&q);
    assert_int_equal(q.count, 0);
    fact_queue_push(&q, &fact);
    assert_int_equal(q.count, 0);
    fact_queue_settle(&q, INT64_MAX / 2); /* nobody waits for what was let go */
    fact_queue_fini(&q);
    arena_fini(&arena);
}

static void a_batch_is_bounded_in_bytes(void **state)
{
    struct arena arena = {0};
    struct fact fact = {.type = STR("Mark"),
                        .row = {arena_array(&arena, char, OUTBOX_ROW_MAX), OUTBOX_ROW_MAX}};
    struct fact_queue q;

    (void)state;
    fact_queue_init(&q);
    for (int i = 0; i < FACT_BATCH; i++)
        fact_queue_push(&q, &fact);
    assert_int_equal(fact_queue_take(&q, &arena).count, FACT_BATCH_BYTES / OUTBOX_ROW_MAX);
    fact_queue_fini(&q);
    arena_fini(&arena);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(facts_are_brought_before_the_write_returns),
        CASE(only_what_somebody_follows_is_brought),
        CASE(facts_say_when_they_were_there_for_certain),
        CASE(what_was_left_behind_comes_in_bounded_calls),
        CASE(what_another_instance_is_sweeping_is_left_to_it),
        CASE(who_cannot_ask_whether_another_sweeps_does_it),
        CASE(who_has_not_the_turn_stays_shut_until_the_other_is_done),
        CASE(a_sweep_ends_with_its_turn),
        CASE(what_still_waits_bounds_what_is_settled),
        CASE(when_nothing_waits_all_is_settled),
        CASE(a_destination_that_is_away_is_seen_in_the_figures),
        CASE(a_row_that_is_too_large_undoes_the_write),
        TEST(a_full_queue_leaves_the_rest_to_the_outbox),
        TEST(a_batch_is_bounded_in_bytes),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests_name("courier", tests, NULL, NULL)
                                     : 0;
}
