/* Tests of running a worker: several at once, cancelling, signals of the server. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "media.h"

static const char *escape, *empty; /* the worker, and its output directory */

struct attempt {
    const char *way;
    enum media_reason wanted;
    const char *failure; /* wanted, or NULL */
    struct media_outcome outcome;
    pthread_t thread;
};

static struct media_job job_for(const char *way)
{
    return (struct media_job){
        .worker = escape,
        .name = way,
        .input_fd = open("/dev/null", O_RDONLY | O_CLOEXEC),
        .output_fd = open(empty, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
        .limits = {.wall_ms = 60000, .cpu_seconds = 5, .memory_mb = 256, .file_mb = 1},
    };
}

static void job_close(const struct media_job *job)
{
    close(job->input_fd);
    close(job->output_fd);
}

static void *attempt_run(void *arg)
{
    struct attempt *a = arg;
    struct media_job job = job_for(a->way);

    media_run(&job, &a->outcome);
    job_close(&job);
    return NULL;
}

static void jobs_at_once_do_not_disturb_each_other(void **state)
{
    struct attempt attempts[] = {
        {.way = "open_passwd", .wanted = MEDIA_INTERNAL, .failure = "refused open_passwd EACCES"},
        {.way = "honest", .wanted = MEDIA_INTERNAL, .failure = "refused honest 0"},
        {.way = "unknown_key", .wanted = MEDIA_VIOLATION},
        {.way = "empty_success", .wanted = MEDIA_VIOLATION},
        {.way = "overflow", .wanted = MEDIA_CRASHED},
        {.way = "false_reason", .wanted = MEDIA_CRASHED},
        {.way = "tcp", .wanted = MEDIA_VIOLATION},
        {.way = "raise_limit", .wanted = MEDIA_INTERNAL, .failure = "refused raise_limit EPERM"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++)
        assert_int_equal(pthread_create(&attempts[i].thread, NULL, attempt_run, &attempts[i]), 0);
    for (size_t i = 0; i < COUNT(attempts); i++) {
        struct attempt *a = &attempts[i];

        assert_int_equal(pthread_join(a->thread, NULL), 0);
        assert_string_equal(media_reason_name(a->outcome.reason), media_reason_name(a->wanted));
        if (a->failure)
            assert_string_equal(a->outcome.report.failure, a->failure);
    }
}

/* Cancelled before it starts, a worker that does nothing about SIGTERM dies of it. */
static struct media_outcome cancelled_run(const char *way)
{
    atomic_bool cancel = true;
    struct media_job job = job_for(way);
    struct media_outcome outcome;

    job.cancel = &cancel;
    media_run(&job, &outcome);
    job_close(&job);
    return outcome;
}

static void cancelling_ends_a_job_that_sleeps(void **state)
{
    struct media_outcome outcome = cancelled_run("sleep_allowed");

    (void)state;
    assert_int_equal(outcome.reason, MEDIA_CANCELLED);
    assert_int_equal(outcome.signal, SIGTERM);
}

static void signals_the_server_blocks_reach_its_worker(void **state)
{
    sigset_t all, before;

    (void)state;
    (void)sigfillset(&all);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &all, &before), 0);
    (void)signal(SIGTERM, SIG_IGN);
    struct media_outcome outcome = cancelled_run("sleep_allowed");
    (void)signal(SIGTERM, SIG_DFL);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    assert_int_equal(outcome.reason, MEDIA_CANCELLED);
    assert_int_equal(outcome.signal, SIGTERM);
}

static int descriptors_open(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void no_descriptor_is_left_open(void **state)
{
    int before = descriptors_open();
    struct attempt good = {.way = "honest"}, bad = {.way = "overflow"};
    struct media_job nowhere = job_for("honest");
    struct media_outcome outcome;

    (void)state;
    (void)attempt_run(&good);
    (void)attempt_run(&bad);
    nowhere.worker = "/nonexistent/worker";
    media_run(&nowhere, &outcome);
    job_close(&nowhere);
    assert_int_equal(outcome.reason, MEDIA_INTERNAL);
    assert_int_equal(descriptors_open(), before);
}

static void a_directory_that_is_not_open_is_internal(void **state)
{
    struct media_job job = job_for("honest");
    struct media_outcome outcome;

    (void)state;
    close(job.output_fd);
    job.output_fd = -1;
    media_run(&job, &outcome);
    close(job.input_fd);
    assert_int_equal(outcome.reason, MEDIA_INTERNAL);
    assert_string_equal(outcome.report.failure, "");
}

/* When somebody else collects the worker, its status is unknown: never a success. */
static void a_worker_collected_by_another_is_internal(void **state)
{
    struct attempt a = {.way = "false_reason"};

    (void)state;
    (void)signal(SIGCHLD, SIG_IGN);
    (void)attempt_run(&a);
    (void)signal(SIGCHLD, SIG_DFL);
    assert_int_equal(a.outcome.reason, MEDIA_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(jobs_at_once_do_not_disturb_each_other),
        TEST(cancelling_ends_a_job_that_sleeps),
        TEST(signals_the_server_blocks_reach_its_worker),
        TEST(no_descriptor_is_left_open),
        TEST(a_directory_that_is_not_open_is_internal),
        TEST(a_worker_collected_by_another_is_internal),
    };
    char directory[] = "/tmp/media_run_test.XXXXXX";

    escape = getenv("ESCAPE");
    empty = mkdtemp(directory);
    if (!escape || !empty)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)rmdir(directory);
    return failed;
}
