/* Tests of bus: published or not at all, run at least once, tried again, kept when dead. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <semaphore.h>

#include "bus.h"
#include "clock.h"
#include "scratch_db.h"

enum { MANY = 50, ATTEMPTS = 3 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct str path;
    struct sql *db;
    struct bus *bus;
    /* What the handler is to do, and what it saw. */
    enum err_code fails; /* 0: it succeeds */
    int failures;        /* how often it fails before it succeeds */
    bool waits_for_stop;
    _Atomic int runs, deaths, at_once, most_at_once;
    _Atomic int64_t attempt, running_when_told;
    sem_t ran;
};

static void open_bus(struct fixture *f)
{
    f->db = scratch_db(&f->ctx, f->path);
    assert_ok(&f->ctx, migrate(f->db, &f->ctx, &bus_migrations, 1));
    assert_ok(&f->ctx, bus_open(&f->ctx, f->db, &f->bus));
}

static void close_bus(struct fixture *f)
{
    bus_close(f->bus);
    sql_close(f->db);
    f->bus = NULL;
    f->db = NULL;
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    assert_int_equal(sem_init(&f->ran, 0, 0), 0);
    f->ctx.arena = &f->arena;
    f->path = scratch_new_place(&f->ctx, "bus");
    open_bus(f);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    close_bus(f);
    sem_destroy(&f->ran);
    return fixture_end(state);
}

static void note_at_once(struct fixture *f)
{
    int now = atomic_fetch_add(&f->at_once, 1) + 1, most = atomic_load(&f->most_at_once);

    while (now > most && !atomic_compare_exchange_weak(&f->most_at_once, &most, now))
        continue;
}

static struct err *handle(void *self, struct ctx *c, const struct bus_job *job,
                          const atomic_bool *stop)
{
    struct fixture *f = self;

    note_at_once(f);
    atomic_fetch_add(&f->runs, 1);
    atomic_store(&f->attempt, job->attempt);
    (void)sem_post(&f->ran);
    while (f->waits_for_stop && !*stop)
        sched_yield();
    atomic_fetch_sub(&f->at_once, 1);
    if (f->waits_for_stop)
        return err_new(c, ERR_CANCELLED, "stopped");
    if (f->fails && f->runs <= f->failures)
        return err_new(c, f->fails, "no luck with %d", (int)job->key);
    return NULL;
}

static void died(void *self, struct ctx *c, const struct bus_job *job, const struct err *e)
{
    struct fixture *f = self;
    struct bus_stats s = {0};

    (void)e;
    if (!bus_stats(f->bus, c, job->topic, &s))
        f->running_when_told = s.running;
    atomic_fetch_add(&f->deaths, 1);
    (void)sem_post(&f->ran);
}

static void consume(struct fixture *f, size_t threads)
{
    const struct bus_handler handler = {
        .self = f, .run = handle, .died = died, .attempts_max = ATTEMPTS, .pause_ms = 1};

    assert_ok(&f->ctx, bus_consume(f->bus, &f->ctx, "work", threads, &handler));
}

static void wait_for(struct fixture *f, int posts)
{
    while (posts > 0)
        posts -= sem_wait(&f->ran) == 0;
}

static struct bus_stats stats(struct fixture *f)
{
    struct bus_stats s = {0};

    assert_ok(&f->ctx, bus_stats(f->bus, &f->ctx, STR("work"), &s));
    return s;
}

/* Until the outcome of what ran has been written down. */
static struct bus_stats settled(struct fixture *f)
{
    struct bus_stats s = stats(f);

    while (s.running > 0)
        s = stats(f);
    return s;
}

static void publish(struct fixture *f, int64_t key)
{
    assert_ok(&f->ctx, bus_publish(f->bus, &f->ctx, STR("work"), key));
}

static void a_job_runs_once_when_all_is_well(void **state)
{
    struct fixture *f = *state;

    consume(f, 2);
    publish(f, 7);
    wait_for(f, 1);
    struct bus_stats s = settled(f);

    assert_int_equal(f->runs, 1);
    assert_int_equal(f->attempt, 1);
    assert_int_equal(s.waiting + s.running + s.dead, 0);
}

static void a_key_waits_once(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    publish(f, 7);
    publish(f, 8);
    assert_int_equal(stats(f).waiting, 2);
}

static void publish_at(struct fixture *f, int64_t key, int64_t run_at)
{
    assert_ok(&f->ctx, bus_publish_at(f->bus, &f->ctx, STR("work"), key, run_at));
}

static void a_job_for_later_waits(void **state)
{
    struct fixture *f = *state;

    publish_at(f, 7, clock_wall_ms() + BUS_LATER_MAX_MS);
    publish(f, 8);
    consume(f, 1);
    wait_for(f, 1);
    struct bus_stats s = settled(f);

    assert_int_equal(f->runs, 1);
    assert_int_equal(s.waiting, 1);
}

static void a_job_for_later_is_due_when_the_same_is_published_for_now(void **state)
{
    struct fixture *f = *state;
    int64_t now = clock_wall_ms();

    publish_at(f, 7, now + BUS_LATER_MAX_MS);
    publish_at(f, 7, now);
    publish_at(f, 7, now + BUS_LATER_MAX_MS); /* and stays so */
    consume(f, 1);
    wait_for(f, 1);
    struct bus_stats s = settled(f);

    assert_int_equal(f->runs, 1);
    assert_int_equal(s.waiting, 0);
}

struct publication {
    struct bus *bus;
    bool fails;
};

static struct err *publish_inside(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct publication *p = arg;

    (void)tx;
    TRY(bus_publish(p->bus, c, STR("work"), 1));
    return p->fails ? err_new(c, ERR_INVALID, "changed my mind") : NULL;
}

static void a_job_exists_exactly_if_its_transaction_does(void **state)
{
    struct fixture *f = *state;
    struct publication p = {f->bus, true};

    assert_err(sql_write(f->db, &f->ctx, publish_inside, &p), ERR_INVALID);
    assert_int_equal(stats(f).waiting, 0);
    p.fails = false;
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, publish_inside, &p));
    assert_int_equal(stats(f).waiting, 1);
}

static void a_failure_is_tried_again(void **state)
{
    struct fixture *f = *state;

    f->fails = ERR_UNAVAILABLE;
    f->failures = ATTEMPTS - 1;
    consume(f, 1);
    publish(f, 7);
    wait_for(f, ATTEMPTS);
    struct bus_stats s = settled(f);

    assert_int_equal(f->attempt, ATTEMPTS);
    assert_int_equal(f->deaths, 0);
    assert_int_equal(s.waiting + s.dead, 0);
}

static void always_fail(struct fixture *f, enum err_code code, int posts)
{
    f->fails = code;
    f->failures = MANY;
    consume(f, 1);
    publish(f, 7);
    wait_for(f, posts);
}

static void after_the_last_attempt_it_is_dead_and_told_once(void **state)
{
    struct fixture *f = *state;

    always_fail(f, ERR_UNAVAILABLE, ATTEMPTS + 1);
    assert_int_equal(f->runs, ATTEMPTS);
    assert_int_equal(f->deaths, 1);
    assert_int_equal(settled(f).dead, 1);
}

static void what_cannot_get_better_is_not_tried_again(void **state)
{
    struct fixture *f = *state;

    always_fail(f, ERR_PRECONDITION, 2);
    assert_int_equal(f->runs, 1);
    assert_int_equal(f->deaths, 1);
}

static void a_full_disk_is_waited_for_and_no_attempt(void **state)
{
    struct fixture *f = *state;

    f->fails = ERR_EXHAUSTED;
    f->failures = 2 * ATTEMPTS;
    consume(f, 1);
    publish(f, 7);
    wait_for(f, 2 * ATTEMPTS + 1);
    assert_int_equal(f->attempt, 1);
    assert_int_equal(f->deaths, 0);
    assert_int_equal(settled(f).dead, 0);
}

static void one_consumer_takes_each_job(void **state)
{
    struct fixture *f = *state;

    consume(f, 3);
    for (int64_t key = 1; key <= MANY; key++)
        publish(f, key);
    wait_for(f, MANY);
    struct bus_stats s = settled(f);

    assert_int_equal(f->runs, MANY);
    assert_int_equal(s.waiting + s.dead, 0);
    assert_true(f->most_at_once <= 3);
}

static void closing_stops_what_runs_and_does_not_count_it(void **state)
{
    struct fixture *f = *state;

    f->waits_for_stop = true;
    consume(f, 1);
    publish(f, 7);
    wait_for(f, 1);
    close_bus(f); /* returns: the handler saw stop */
    f->waits_for_stop = false;
    open_bus(f);
    assert_int_equal(stats(f).waiting, 1);
    consume(f, 1);
    wait_for(f, 1);
    (void)settled(f);
    assert_int_equal(f->attempt, 1);
}

static struct err *pretend_a_crash(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_exec(tx, c, "UPDATE bus_job SET state = 1, attempt = 1");
}

static void crash(struct fixture *f)
{
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, pretend_a_crash, NULL));
    close_bus(f);
    open_bus(f);
}

static void what_ran_when_the_process_died_runs_again(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    crash(f);
    assert_ok(&f->ctx, bus_recover(f->bus, &f->ctx));
    consume(f, 1);
    wait_for(f, 1);
    assert_int_equal(f->attempt, 2);
}

/* The clock stood an hour and more ahead when it was written. */
static struct err *put_off(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_exec(tx, c, "UPDATE bus_job SET run_at = run_at + ?", sql_int(*(int64_t *)arg));
}

static void a_job_does_not_wait_for_a_clock_that_was_turned_back(void **state)
{
    struct fixture *f = *state;
    int64_t hours = (int64_t)6 * 3600 * 1000;

    publish(f, 7);
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, put_off, &hours));
    consume(f, 1);
    wait_for(f, 1);
    assert_int_equal(settled(f).waiting, 0);
}

static void a_death_is_told_before_it_is_written_down(void **state)
{
    struct fixture *f = *state;

    always_fail(f, ERR_PRECONDITION, 2);
    assert_int_equal(f->running_when_told, 1); /* a crash at this moment tells it again */
    assert_int_equal(settled(f).dead, 1);
}

/* As many dead jobs again, up to more than are counted. */
static struct err *double_up(struct sql_tx *tx, struct ctx *c, int count)
{
    return sql_exec(tx, c,
                    "INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at)"
                    " SELECT topic, job_key + ?, 2, 1, run_at + ?, created_at + ? FROM bus_job",
                    sql_int(count), sql_int(count), sql_int(count));
}

static struct err *add_a_crowd(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    TRY(sql_script(tx, c,
                   "INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at)"
                   " VALUES ('work', 1, 2, 1, 1, 1)"));
    for (int count = 1; count <= BUS_COUNT_MAX; count *= 2)
        TRY(double_up(tx, c, count));
    return sql_script(tx, c,
                      "INSERT INTO bus_job (topic, job_key, state, attempt, run_at, created_at)"
                      " VALUES ('work', 1, 0, 0, 1, 1000), ('work', 2, 0, 5, 2, 10),"
                      " ('work', 3, 1, 1, 0, 1), ('rest', 1, 0, 0, 0, 1)");
}

static void jobs_are_counted_up_to_a_limit(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(BUS_COUNT_MAX, 10000);
    assert_int_equal(stats(f).oldest_ms, 0);
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, add_a_crowd, NULL));
    int64_t before = clock_wall_ms();
    struct bus_stats s = stats(f);

    assert_int_equal(s.dead, BUS_COUNT_MAX);
    assert_int_equal(s.waiting, 2);
    assert_int_equal(s.running, 1);
    assert_true(s.oldest_ms >= before - 1000 && s.oldest_ms <= clock_wall_ms() - 1000);
}

static void opening_a_queue_leaves_alone_what_others_run(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    crash(f);
    assert_int_equal(stats(f).running, 1);
}

static void of_two_that_ran_for_one_key_one_runs_again(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, pretend_a_crash, NULL));
    publish(f, 7);
    crash(f);
    assert_int_equal(stats(f).running, 2);
    assert_ok(&f->ctx, bus_recover(f->bus, &f->ctx));
    assert_int_equal(stats(f).waiting, 1);
    assert_int_equal(stats(f).running, 0);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(a_job_runs_once_when_all_is_well),
        CASE(a_key_waits_once),
        CASE(a_job_for_later_waits),
        CASE(a_job_for_later_is_due_when_the_same_is_published_for_now),
        CASE(a_job_exists_exactly_if_its_transaction_does),
        CASE(a_failure_is_tried_again),
        CASE(after_the_last_attempt_it_is_dead_and_told_once),
        CASE(what_cannot_get_better_is_not_tried_again),
        CASE(a_full_disk_is_waited_for_and_no_attempt),
        CASE(one_consumer_takes_each_job),
        CASE(closing_stops_what_runs_and_does_not_count_it),
        CASE(what_ran_when_the_process_died_runs_again),
        CASE(a_job_does_not_wait_for_a_clock_that_was_turned_back),
        CASE(a_death_is_told_before_it_is_written_down),
        CASE(jobs_are_counted_up_to_a_limit),
        CASE(opening_a_queue_leaves_alone_what_others_run),
        CASE(of_two_that_ran_for_one_key_one_runs_again),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests_name("bus", tests, NULL, NULL) : 0;
}
