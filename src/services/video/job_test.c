/* Tests of jobs on a lease: held by one, lost when it ends, and never written by two. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>

#include "api_codec.h"
#include "clock.h"
#include "job_api_stub.h"
#include "job_service.h"
#include "test_clock.h"

enum { LEASE_MS = 15000, NOON = 1800000000, THREADS = 4, MANY = 40 };
static const int64_t START_MS = NOON * INT64_C(1000);

static bool through_codec;

struct fixture {
    struct world *w;
    struct job_api *service, *jobs;
};

static int setup(void **state)
{
    static struct fixture f;

    assert_int_equal(world_setup((void **)&f.w), 0);
    test_clock_stop(START_MS);
    f.service = job_service_create(f.w->bus);
    struct api_transport way = api_codec_transport(f.service);

    f.jobs = through_codec ? job_stub_create(&way) : f.service;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    test_clock_run();
    if (through_codec)
        job_stub_destroy(f->jobs);
    job_service_destroy(f->service);
    return world_teardown((void **)&f->w);
}

static int64_t publish(struct fixture *f)
{
    return world_video(f->w, world_user(f->w, "ann"));
}

static struct job_claim_resp claim(struct fixture *f)
{
    const struct job_claim_req req = {.topic = STR(VIDEO_TOPIC), .lease_ms = LEASE_MS};
    struct job_claim_resp resp = {0};

    assert_ok(&f->w->ctx, job_claim(f->jobs, &f->w->ctx, &req, &resp));
    return resp;
}

static struct err *renew(struct fixture *f, const struct job_claim_resp *job, int64_t lease_ms)
{
    const struct job_renew_req req = {job->id, job->token, lease_ms};
    struct job_renew_resp resp;

    return job_renew(f->jobs, &f->w->ctx, &req, &resp);
}

static struct err *end(struct fixture *f, const struct job_claim_resp *job, enum job_ending ending,
                       int64_t pause_ms)
{
    const struct job_end_req req = {.id = job->id,
                                    .token = job->token,
                                    .attempt = job->attempt,
                                    .ending = ending,
                                    .pause_ms = pause_ms,
                                    .why = STR("no luck")};
    struct job_end_resp resp;

    return job_end(f->jobs, &f->w->ctx, &req, &resp);
}

static struct err *say_ready(struct fixture *f, const struct job_claim_resp *job)
{
    const struct video_set_media_req req = {.id = job->key,
                                            .state = VIDEO_READY,
                                            .progress = 1000,
                                            .job = job->id,
                                            .token = job->token};
    struct video_set_media_resp resp;

    return video_set_media(f->w->api.video, &f->w->ctx, &req, &resp);
}

#define assert_lost(expr) assert_reason((expr), ERR_ABORTED, "lease_lost")

static struct bus_stats stats(struct fixture *f)
{
    struct bus_stats s = {0};

    assert_ok(&f->w->ctx, bus_stats(f->w->bus, &f->w->ctx, STR(VIDEO_TOPIC), &s));
    return s;
}

static void go_by(int64_t ms)
{
    test_clock_stop(clock_wall_ms() + ms);
}

/* ---- one after the other ---- */

static void a_published_video_is_claimed_by_one(void **state)
{
    struct fixture *f = *state;
    int64_t video = publish(f);
    struct job_claim_resp job = claim(f);

    assert_int_equal(job.key, video);
    assert_int_equal(job.attempt, 1);
    assert_int_equal(claim(f).id, 0);
    assert_ok(&f->w->ctx, say_ready(f, &job));
    assert_ok(&f->w->ctx, end(f, &job, JOB_DONE, 0));
    assert_int_equal(stats(f).waiting + stats(f).running + stats(f).dead, 0);
    assert_int_equal(world_item(f->w, video).state, VIDEO_READY);
}

static void without_videos_there_is_nothing_to_claim(void **state)
{
    assert_int_equal(claim(*state).id, 0);
}

static void a_job_whose_lease_ended_is_claimed_again(void **state)
{
    struct fixture *f = *state;
    int64_t video = publish(f);
    struct job_claim_resp first = claim(f);

    go_by(LEASE_MS - 1);
    assert_int_equal(claim(f).id, 0);
    go_by(1);
    struct job_claim_resp second = claim(f);

    assert_int_equal(second.id, first.id);
    assert_int_equal(second.key, video);
    assert_int_equal(second.attempt, 2);
    assert_true(second.token > first.token);
}

static void a_lease_that_is_renewed_lasts(void **state)
{
    struct fixture *f = *state;

    (void)publish(f);
    struct job_claim_resp job = claim(f);

    for (int i = 0; i < 5; i++) {
        go_by(LEASE_MS - 1);
        assert_ok(&f->w->ctx, renew(f, &job, LEASE_MS));
        assert_int_equal(claim(f).id, 0);
    }
    go_by(LEASE_MS);
    assert_int_equal(claim(f).id, job.id);
}

/* Nobody has taken it meanwhile, so nobody is harmed. */
static void who_comes_late_but_first_still_holds_it(void **state)
{
    struct fixture *f = *state;

    (void)publish(f);
    struct job_claim_resp job = claim(f);

    go_by(INT64_C(10) * LEASE_MS);
    assert_ok(&f->w->ctx, renew(f, &job, LEASE_MS));
    assert_int_equal(claim(f).id, 0);
    assert_ok(&f->w->ctx, say_ready(f, &job));
}

static void a_late_holder_writes_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t video = publish(f);
    struct job_claim_resp late = claim(f);

    go_by(LEASE_MS);
    struct job_claim_resp now = claim(f);

    assert_lost(say_ready(f, &late));
    assert_lost(renew(f, &late, LEASE_MS));
    assert_lost(end(f, &late, JOB_DONE, 0));
    assert_lost(end(f, &late, JOB_AGAIN, 0));
    assert_lost(end(f, &late, JOB_DEAD, 0));
    struct job_claim_resp invented = now;

    invented.token++;
    assert_lost(say_ready(f, &invented));
    assert_int_equal(world_item(f->w, video).state, VIDEO_PENDING);
    assert_ok(&f->w->ctx, say_ready(f, &now));
    assert_ok(&f->w->ctx, end(f, &now, JOB_DONE, 0));
    assert_lost(say_ready(f, &now)); /* it has said that it is over */
}

static void a_failed_job_waits_for_its_next_attempt(void **state)
{
    struct fixture *f = *state;

    (void)publish(f);
    struct job_claim_resp job = claim(f);

    assert_ok(&f->w->ctx, end(f, &job, JOB_AGAIN, 5000));
    assert_lost(renew(f, &job, LEASE_MS));
    go_by(4999);
    assert_int_equal(claim(f).id, 0);
    go_by(1);
    assert_int_equal(claim(f).attempt, 2);
}

static void what_was_no_attempt_is_not_counted(void **state)
{
    struct fixture *f = *state;

    (void)publish(f);
    struct job_claim_resp job = claim(f);
    const struct job_end_req req = {
        .id = job.id, .token = job.token, .attempt = 1, .ending = JOB_AGAIN, .is_no_attempt = true};
    struct job_end_resp resp;

    assert_ok(&f->w->ctx, job_end(f->jobs, &f->w->ctx, &req, &resp));
    assert_int_equal(claim(f).attempt, 1);
}

static void a_dead_job_is_kept_with_its_reason(void **state)
{
    struct fixture *f = *state;
    struct bus_entries all = {0};

    (void)publish(f);
    struct job_claim_resp job = claim(f);

    assert_ok(&f->w->ctx, end(f, &job, JOB_DEAD, 0));
    assert_ok(&f->w->ctx, bus_list(f->w->bus, &f->w->ctx, 0, 10, &all));
    assert_int_equal(all.count, 1);
    assert_int_equal(all.at[0].state, BUS_DEAD);
    assert_str(all.at[0].last_error, STR("no luck"));
}

static void a_lease_has_bounds_and_an_ending_is_known(void **state)
{
    struct fixture *f = *state;
    struct job_claim_req req = {.topic = STR(VIDEO_TOPIC)};
    struct job_claim_resp job = {0};
    const int64_t bad[] = {-1, 0, BUS_LEASE_MIN_MS - 1, BUS_LEASE_MAX_MS + 1, INT64_MAX};

    (void)publish(f);
    for (size_t i = 0; i < COUNT(bad); i++) {
        req.lease_ms = bad[i];
        assert_err(job_claim(f->jobs, &f->w->ctx, &req, &job), ERR_INVALID);
    }
    job = claim(f);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_err(renew(f, &job, bad[i]), ERR_INVALID);
    assert_err(end(f, &job, (enum job_ending)7, 0), ERR_INVALID);
    assert_err(end(f, &job, JOB_AGAIN, -1), ERR_INVALID);
    assert_ok(&f->w->ctx, end(f, &job, JOB_DONE, 0));
}

/* ---- several at once ---- */

struct claimer {
    struct job_api *jobs;
    pthread_t thread;
    int64_t got[MANY];
    size_t count;
    bool failed;
};

static void *claim_all(void *arg)
{
    struct claimer *self = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    const struct job_claim_req req = {.topic = STR("crowd"), .lease_ms = LEASE_MS};

    for (struct job_claim_resp job = {.id = 1}; job.id && !self->failed;) {
        job = (struct job_claim_resp){0};
        self->failed = job_claim(self->jobs, &c, &req, &job) != NULL;
        if (job.id && self->count < MANY)
            self->got[self->count++] = job.key;
    }
    arena_fini(&arena);
    return NULL;
}

static void of_many_that_claim_at_once_each_gets_others(void **state)
{
    struct fixture *f = *state;
    struct claimer claimers[THREADS] = {0};
    bool taken[MANY + 1] = {false};
    size_t sum = 0;

    for (int64_t key = 1; key <= MANY; key++)
        assert_ok(&f->w->ctx, bus_publish(f->w->bus, &f->w->ctx, STR("crowd"), key));
    for (size_t i = 0; i < THREADS; i++) {
        claimers[i].jobs = f->jobs;
        assert_int_equal(pthread_create(&claimers[i].thread, NULL, claim_all, &claimers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(claimers[i].thread, NULL), 0);
        assert_false(claimers[i].failed);
        for (size_t j = 0; j < claimers[i].count; j++) {
            assert_in_range(claimers[i].got[j], 1, MANY);
            assert_false(taken[claimers[i].got[j]]);
            taken[claimers[i].got[j]] = true;
        }
        sum += claimers[i].count;
    }
    assert_int_equal(sum, MANY);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(a_published_video_is_claimed_by_one),
        CASE(without_videos_there_is_nothing_to_claim),
        CASE(a_job_whose_lease_ended_is_claimed_again),
        CASE(a_lease_that_is_renewed_lasts),
        CASE(who_comes_late_but_first_still_holds_it),
        CASE(a_late_holder_writes_nothing),
        CASE(a_failed_job_waits_for_its_next_attempt),
        CASE(what_was_no_attempt_is_not_counted),
        CASE(a_dead_job_is_kept_with_its_reason),
        CASE(a_lease_has_bounds_and_an_ending_is_known),
        CASE(of_many_that_claim_at_once_each_gets_others),
    };

    through_codec = argc > 1;
    return world_begin(argc, argv) ? cmocka_run_group_tests_name("job", tests, NULL, NULL) : 0;
}
