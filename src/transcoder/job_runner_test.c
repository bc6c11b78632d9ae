/* Tests of the job runner: it runs what it claims, keeps its leases, and ends when it lost one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "job_runner.h"

#include <sched.h>

#include "api_codec.h"
#include "clock.h"
#include "job_api_stub.h"
#include "job_service.h"
#include "log.h"
#include "world.h"

enum { LEASE_MS = BUS_LEASE_MIN_MS, POLL_MS = 5, MANY = 20, ATTEMPTS = 3 };

struct fixture {
    struct world *w;
    struct job_api *service, *jobs;
    struct log *log;
    struct job_runner *runner;
    /* What the handler is to do, and what it saw. */
    enum err_code fails;
    bool waits_for_stop;
    _Atomic int runs, deaths, stops, most_at_once, at_once;
    _Atomic int64_t attempt, token;
};

static int setup(void **state)
{
    struct world *w;

    assert_int_equal(world_setup((void **)&w), 0);
    struct fixture *f = arena_new(&w->arena, struct fixture);

    f->w = w;
    f->service = job_service_create(w->bus);
    struct api_transport way = api_codec_transport(f->service);

    f->jobs = job_stub_create(&way);
    f->log = log_open(&(struct log_options){.fd = 2, .level = LOG_LEVEL_ERROR});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    struct world *w = f->w;

    job_runner_stop(f->runner);
    job_stub_destroy(f->jobs);
    job_service_destroy(f->service);
    log_close(f->log);
    return world_teardown((void **)&w);
}

static struct err *handle(void *self, struct ctx *c, const struct bus_job *job,
                          const atomic_bool *stop)
{
    struct fixture *f = self;

    f->attempt = job->attempt;
    f->token = job->token;
    if (++f->at_once > f->most_at_once)
        f->most_at_once = f->at_once;
    f->runs++;
    while (f->waits_for_stop && !*stop)
        sched_yield();
    f->at_once--;
    f->stops += *stop;
    if (*stop)
        return err_new(c, ERR_CANCELLED, "stopped");
    return f->fails ? err_new(c, f->fails, "no luck") : NULL;
}

static void died(void *self, struct ctx *c, const struct bus_job *job, const struct err *e)
{
    (void)c, (void)job, (void)e;
    ((struct fixture *)self)->deaths++;
}

static void start(struct fixture *f, size_t threads)
{
    const struct job_runner_options options = {"work", threads, LEASE_MS, POLL_MS};
    const struct bus_handler handler = {
        .self = f, .run = handle, .died = died, .attempts_max = ATTEMPTS, .pause_ms = 1};

    assert_ok(&f->w->ctx,
              job_runner_start(&f->w->ctx, &options, &handler, f->jobs, f->log, &f->runner));
}

static void publish(struct fixture *f, int64_t key)
{
    assert_ok(&f->w->ctx, bus_publish(f->w->bus, &f->w->ctx, STR("work"), key));
}

/* One job, which is under way and ends when it is told to. */
static void start_long(struct fixture *f, size_t threads)
{
    f->waits_for_stop = true;
    publish(f, 7);
    start(f, threads);
    while (!f->runs)
        sched_yield();
}

static struct bus_stats stats(struct fixture *f)
{
    struct bus_stats s = {0};

    assert_ok(&f->w->ctx, bus_stats(f->w->bus, &f->w->ctx, STR("work"), &s));
    return s;
}

static int64_t left(struct fixture *f)
{
    struct bus_stats s = stats(f);

    return s.waiting + s.running;
}

static struct bus_job take(struct fixture *f)
{
    struct bus_job job = {0};

    while (!job.id)
        assert_ok(&f->w->ctx, bus_claim(f->w->bus, &f->w->ctx, STR("work"), LEASE_MS, &job));
    return job;
}

static void every_job_runs_once_when_all_is_well(void **state)
{
    struct fixture *f = *state;

    for (int64_t key = 1; key <= MANY; key++)
        publish(f, key);
    start(f, 3);
    while (left(f) > 0)
        sched_yield();
    assert_int_equal(f->runs, MANY);
    assert_int_equal(stats(f).dead, 0);
    assert_true(f->most_at_once <= 3);
}

static void a_failure_is_tried_again_until_it_is_dead_and_told(void **state)
{
    struct fixture *f = *state;

    f->fails = ERR_UNAVAILABLE;
    publish(f, 7);
    start(f, 2);
    while (stats(f).dead == 0)
        sched_yield();
    assert_int_equal(f->runs, ATTEMPTS);
    assert_int_equal(f->deaths, 1);
}

static void what_cannot_get_better_dies_at_once(void **state)
{
    struct fixture *f = *state;

    f->fails = ERR_PRECONDITION;
    publish(f, 7);
    start(f, 1);
    while (stats(f).dead == 0)
        sched_yield();
    assert_int_equal(f->runs, 1);
    assert_int_equal(f->deaths, 1);
}

/* It runs for longer than a lease, and its lease moves on and on. */
static void a_job_is_kept_as_long_as_it_runs(void **state)
{
    struct fixture *f = *state;

    start_long(f, 1);
    int64_t first = world_number(f->w, "SELECT lease_until FROM bus_job");

    while (world_number(f->w, "SELECT lease_until FROM bus_job") < first + LEASE_MS)
        sched_yield();
    assert_int_equal(f->runs, 1);
    assert_int_equal(f->stops, 0);
}

/* As after a freeze: the lease has ended before it was renewed, and another has the job. */
static void who_has_lost_his_job_is_stopped(void **state)
{
    struct fixture *f = *state;

    start_long(f, 1);
    world_change(f->w, "UPDATE bus_job SET lease_until = 0");
    struct bus_job other = {0};

    assert_ok(&f->w->ctx, bus_claim(f->w->bus, &f->w->ctx, STR("work"), LEASE_MS, &other));
    if (!other.id) { /* it was renewed in between: once more */
        world_change(f->w, "UPDATE bus_job SET lease_until = 0, token = token + 1");
        other = take(f);
    }
    while (!f->stops)
        sched_yield();
    assert_true(other.token > f->token);
    assert_ok(&f->w->ctx, bus_hold(f->w->bus, &f->w->ctx, &other));
}

/* Both threads of this process are free to claim, and one still works on what it has lost. */
static void a_job_is_not_run_twice_at_once_in_one_process(void **state)
{
    struct fixture *f = *state;

    start_long(f, 2);
    for (int i = 0; i < MANY; i++)
        world_change(f->w, "UPDATE bus_job SET lease_until = 0, token = token + 1");
    while (!f->stops)
        sched_yield();
    assert_int_equal(f->most_at_once, 1);
}

static void stopping_gives_back_what_runs_and_does_not_count_it(void **state)
{
    struct fixture *f = *state;

    start_long(f, 1);
    job_runner_stop(f->runner);
    f->runner = NULL;
    assert_int_equal(stats(f).waiting, 1);
    assert_int_equal(take(f).attempt, 1);
}

static void more_threads_than_there_is_room_for_are_refused(void **state)
{
    struct fixture *f = *state;
    const struct job_runner_options options = {"work", JOB_RUNNER_THREADS_MAX + 1, LEASE_MS, 1};
    const struct bus_handler handler = {.self = f, .run = handle};
    struct job_runner *none = NULL;

    assert_err(job_runner_start(&f->w->ctx, &options, &handler, f->jobs, f->log, &none),
               ERR_INVALID);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_job_runs_once_when_all_is_well),
        CASE(a_failure_is_tried_again_until_it_is_dead_and_told),
        CASE(what_cannot_get_better_dies_at_once),
        CASE(a_job_is_kept_as_long_as_it_runs),
        CASE(who_has_lost_his_job_is_stopped),
        CASE(a_job_is_not_run_twice_at_once_in_one_process),
        CASE(stopping_gives_back_what_runs_and_does_not_count_it),
        CASE(more_threads_than_there_is_room_for_are_refused),
    };

    return cmocka_run_group_tests_name("job_runner", tests, NULL, NULL);
}
