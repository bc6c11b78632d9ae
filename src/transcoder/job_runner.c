/* Threads that claim a job, run it and say how it went; and one that keeps the leases. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "job_runner.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "job_api.h"
#include "log.h"

/* One renewal that hangs, and one that follows it, are over before the lease is. */
enum { CALL_MS = 10 * 1000, GIVE_BACK_MS = 1000, RENEWALS = 6 };

struct slot {
    struct job_runner *runner;
    pthread_t thread;
    struct bus_job job; /* id 0: none; under the runner's lock */
    atomic_bool stop;
};

struct job_runner {
    struct job_runner_options options;
    struct bus_handler handler;
    struct job_api *api; /* borrowed, as is log */
    struct log *log;
    pthread_mutex_t lock; /* of the slots' jobs and of what follows */
    pthread_cond_t stopped;
    bool stopping;
    pthread_t keeper;
    bool has_keeper;
    size_t count;
    struct slot slots[JOB_RUNNER_THREADS_MAX];
};

/* False: the end has come. */
static bool pause_for(struct job_runner *r, int64_t ms)
{
    int64_t at = clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
    struct timespec until = {at / CLOCK_NS_PER_S, at % CLOCK_NS_PER_S};

    pthread_mutex_lock(&r->lock);
    while (!r->stopping)
        if (pthread_cond_timedwait(&r->stopped, &r->lock, &until) != 0)
            break;
    bool go_on = !r->stopping;

    pthread_mutex_unlock(&r->lock);
    return go_on;
}

static struct ctx within(const struct ctx *c, int64_t ms)
{
    struct ctx soon = *c;

    soon.deadline_ns = clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
    return soon;
}

/* ---- one job ---- */

static struct err *claim(struct job_runner *r, struct ctx *c, struct bus_job *out)
{
    const struct job_claim_req req = {str_of(r->options.topic), r->options.lease_ms};
    struct job_claim_resp resp = {0};
    struct ctx soon = within(c, CALL_MS);

    TRY(job_claim(r->api, &soon, &req, &resp));
    *out = (struct bus_job){resp.id, str_of(r->options.topic), resp.key, resp.attempt, resp.token};
    return NULL;
}

/* What cannot be told is found out when the lease ends: the job runs again, and sees that it was
 * done. */
static void end(struct job_runner *r, struct ctx *c, const struct bus_job *job,
                const struct bus_verdict *v)
{
    static const enum job_ending endings[] = {
        [BUS_DONE] = JOB_DONE, [BUS_AGAIN] = JOB_AGAIN, [BUS_BURY] = JOB_DEAD};
    const struct job_end_req req = {.id = job->id,
                                    .token = job->token,
                                    .attempt = job->attempt,
                                    .ending = endings[v->what],
                                    .pause_ms = v->pause_ms,
                                    .is_no_attempt = v->is_no_attempt,
                                    .why = v->why};
    struct job_end_resp resp;
    struct ctx soon = within(c, CALL_MS);
    struct err *e = job_end(r->api, &soon, &req, &resp);

    if (e)
        log_warn(r->log, c, "the end of a job was not written", log_int("job.id", job->id),
                 log_err(e));
}

/* False: this process runs it already, because its lease was lost and its thread has not seen so
 * yet. Two at work in one workspace would be in each other's way. */
static bool enter(struct slot *self, const struct bus_job *job)
{
    struct job_runner *r = self->runner;
    bool free = true;

    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->count; i++)
        free = free && r->slots[i].job.id != job->id;
    if (free) {
        self->job = *job;
        self->stop = r->stopping;
    }
    pthread_mutex_unlock(&r->lock);
    return free;
}

static void leave(struct slot *self)
{
    pthread_mutex_lock(&self->runner->lock);
    self->job = (struct bus_job){0};
    pthread_mutex_unlock(&self->runner->lock);
}

/* As the bus does it: a death is told before the job is buried. */
static void run(struct slot *self, struct ctx *c, const struct bus_job *job)
{
    struct job_runner *r = self->runner;
    struct bus_verdict verdict = {
        .what = BUS_AGAIN, .pause_ms = GIVE_BACK_MS, .is_no_attempt = true};

    if (enter(self, job)) {
        struct err *e = r->handler.run(r->handler.self, c, job, &self->stop);

        verdict = bus_judge(&r->handler, c, job, e);
        if (verdict.what == BUS_BURY && r->handler.died)
            r->handler.died(r->handler.self, c, job, e);
        leave(self);
    }
    end(r, c, job, &verdict);
}

static void *work(void *arg)
{
    struct slot *self = arg;
    struct arena arena = {0};
    bool go_on = true;

    (void)pthread_setname_np(pthread_self(), "jobs");
    while (go_on) {
        struct ctx c = {.arena = &arena};
        struct bus_job job = {0};
        struct err *e = claim(self->runner, &c, &job);

        if (!e && job.id)
            run(self, &c, &job);
        go_on = pause_for(self->runner, !e && job.id ? 0 : self->runner->options.poll_ms);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

/* ---- leases ---- */

static void lose(struct slot *slot, struct ctx *c, const struct bus_job *job, const struct err *e)
{
    struct job_runner *r = slot->runner;

    pthread_mutex_lock(&r->lock);
    if (slot->job.id == job->id && slot->job.token == job->token)
        slot->stop = true;
    pthread_mutex_unlock(&r->lock);
    log_warn(r->log, c, "a job went to somebody else", log_int("job.id", job->id), log_err(e));
}

/* A service that does not answer may be away for less than a lease: the work goes on. */
static void renew(struct slot *slot, struct ctx *c, const struct bus_job *job)
{
    struct job_runner *r = slot->runner;
    const struct job_renew_req req = {job->id, job->token, r->options.lease_ms};
    struct job_renew_resp resp;
    struct ctx soon = within(c, r->options.lease_ms / RENEWALS);
    struct err *e = job_renew(r->api, &soon, &req, &resp);

    if (e && e->code == ERR_ABORTED)
        lose(slot, c, job, e);
}

static struct bus_job job_of(struct slot *slot)
{
    pthread_mutex_lock(&slot->runner->lock);
    struct bus_job job = slot->job;

    pthread_mutex_unlock(&slot->runner->lock);
    return job;
}

static void *keep(void *arg)
{
    struct job_runner *r = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    (void)pthread_setname_np(pthread_self(), "leases");
    while (pause_for(r, r->options.lease_ms / RENEWALS)) {
        for (size_t i = 0; i < r->options.threads; i++) {
            struct bus_job job = job_of(&r->slots[i]);

            if (job.id)
                renew(&r->slots[i], &c, &job);
        }
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

/* ---- life ---- */

static struct job_runner *create(const struct job_runner_options *options,
                                 const struct bus_handler *handler)
{
    struct job_runner *r = calloc(1, sizeof(*r));
    pthread_condattr_t attr;

    if (!r || pthread_mutex_init(&r->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&r->stopped, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    r->options = *options;
    r->handler = *handler;
    for (size_t i = 0; i < JOB_RUNNER_THREADS_MAX; i++)
        r->slots[i].runner = r;
    return r;
}

static struct err *start_threads(struct job_runner *r, struct ctx *c)
{
    r->has_keeper = pthread_create(&r->keeper, NULL, keep, r) == 0;
    bool all = r->has_keeper;

    while (all && r->count < r->options.threads) {
        struct slot *slot = &r->slots[r->count];

        pthread_mutex_lock(&r->lock);
        all = pthread_create(&slot->thread, NULL, work, slot) == 0;
        r->count += all;
        pthread_mutex_unlock(&r->lock);
    }
    return all ? NULL : err_new(c, ERR_UNAVAILABLE, "no thread for jobs");
}

struct err *job_runner_start(struct ctx *c, const struct job_runner_options *options,
                             const struct bus_handler *handler, struct job_api *api,
                             struct log *log, struct job_runner **out)
{
    if (options->threads > JOB_RUNNER_THREADS_MAX)
        return err_new(c, ERR_INVALID, "more than %d jobs at a time", JOB_RUNNER_THREADS_MAX);
    struct job_runner *r = create(options, handler);

    r->api = api;
    r->log = log;
    struct err *e = start_threads(r, c);

    if (e) {
        job_runner_stop(r);
        return e;
    }
    *out = r;
    return NULL;
}

void job_runner_stop(struct job_runner *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    for (size_t i = 0; i < r->count; i++)
        r->slots[i].stop = true;
    pthread_mutex_unlock(&r->lock);
    pthread_cond_broadcast(&r->stopped);
    for (size_t i = 0; i < r->count; i++)
        pthread_join(r->slots[i].thread, NULL);
    if (r->has_keeper)
        pthread_join(r->keeper, NULL);
    pthread_cond_destroy(&r->stopped);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
