/* Starts a media worker, watches it, kills it when it must be, and classifies its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "media.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum {
    SAFE_FD = 16,    /* above every descriptor the worker is given */
    GRACE_MS = 2000, /* between SIGTERM and SIGKILL */
    TICK_MS = 100,   /* how often `cancel` is looked at */
    ARGUMENT_MAX = 32,
    READ_BYTES = 1024,
};

/* What the worker is told: its job, then "name=number" for each of the limits. */
struct arguments {
    char text[8][ARGUMENT_MAX];
    char *list[9];
};

struct run {
    const struct media_job *job; /* borrowed */
    struct media_report *report; /* borrowed: the outcome's */
    pid_t pid;
    int pid_fd;
    int report_fd;
    int64_t deadline_ms;
    bool asked; /* SIGTERM sent */
    bool timed_out;
    bool lost; /* somebody else has waited for the worker */
};

static int64_t now_ms(void)
{
    return clock_monotonic_ns() / CLOCK_NS_PER_MS;
}

static void arguments_make(const struct media_job *j, struct arguments *a)
{
    const struct {
        const char *name;
        int value;
    } numbers[] = {{"memory_mb", j->limits.memory_mb},
                   {"file_mb", j->limits.file_mb},
                   {"cpu_seconds", j->limits.cpu_seconds},
                   {"threads", j->limits.threads},
                   {"progressive", j->progressive}};
    size_t count = 0;

    (void)snprintf(a->text[count++], ARGUMENT_MAX, "duan-media");
    (void)snprintf(a->text[count++], ARGUMENT_MAX, "%s", j->name);
    for (size_t i = 0; i < COUNT(numbers); i++)
        (void)snprintf(a->text[count++], ARGUMENT_MAX, "%s=%d", numbers[i].name, numbers[i].value);
    for (size_t i = 0; i < count; i++)
        a->list[i] = a->text[i];
    a->list[count] = NULL;
}

/* Descriptors move out of the way first, so that no dup2() overwrites the source of another. */
static int lift(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, SAFE_FD);
}

static int descriptors_place(posix_spawn_file_actions_t *a, const int fds[3])
{
    int error = posix_spawn_file_actions_adddup2(a, fds[0], MEDIA_FD_INPUT);

    if (!error)
        error = posix_spawn_file_actions_adddup2(a, fds[1], MEDIA_FD_REPORT);
    if (!error)
        error = posix_spawn_file_actions_addopen(a, MEDIA_FD_LOG, "/dev/null", O_WRONLY, 0);
    return error ? error : posix_spawn_file_actions_adddup2(a, fds[2], MEDIA_FD_OUTPUT);
}

/* A server blocks and ignores signals; its worker must not inherit that. */
static int signals_reset(posix_spawnattr_t *attr)
{
    sigset_t none, all;

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    int error = posix_spawnattr_setsigmask(attr, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attr, &all);
    if (!error)
        error = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return error;
}

/* The worker gets an empty environment and the four descriptors of media_limits.h. */
static int spawn_with(const struct media_job *j, pid_t *pid, const int fds[3])
{
    struct arguments arguments = {0};
    char *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    error = posix_spawnattr_init(&attr);
    if (!error) {
        arguments_make(j, &arguments);
        error = descriptors_place(&actions, fds);
        if (!error)
            error = signals_reset(&attr);
        if (!error)
            error = posix_spawn(pid, j->worker, &actions, &attr, arguments.list, environment);
        (void)posix_spawnattr_destroy(&attr);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static bool start(struct run *r)
{
    int report[2], error = EMFILE;

    if (pipe2(report, O_CLOEXEC) != 0)
        return false;
    int fds[3] = {lift(r->job->input_fd), lift(report[1]), lift(r->job->output_fd)};
    if (fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0)
        error = spawn_with(r->job, &r->pid, fds);
    close_all(fds, COUNT(fds));
    close(report[1]);
    if (error) {
        close(report[0]);
        return false;
    }
    r->report_fd = report[0];
    r->pid_fd = (int)syscall(SYS_pidfd_open, r->pid, 0);
    return true;
}

/* False at the end of the report. */
static bool report_read(struct run *r)
{
    char bytes[READ_BYTES];
    ssize_t n = read(r->report_fd, bytes, sizeof(bytes));
    int before = r->report->progress;

    if (n <= 0)
        return n < 0 && errno == EINTR;
    if (!media_report_feed(r->report, (struct str){bytes, (size_t)n}))
        return false;
    if (r->report->progress > before && r->job->progress)
        r->job->progress(r->job->self, r->report->progress);
    return true;
}

/* Through the pidfd, which can never mean another process. */
static void worker_signal(const struct run *r, int signal)
{
    (void)syscall(SYS_pidfd_send_signal, r->pid_fd, signal, NULL, 0);
}

/* Asks nicely on cancel; kills at the deadline, or when it lies, or when it will not stop. */
static void discipline(struct run *r)
{
    int64_t now = now_ms();

    if (!r->asked && r->job->cancel && atomic_load(r->job->cancel)) {
        r->asked = true;
        r->deadline_ms = now + GRACE_MS < r->deadline_ms ? now + GRACE_MS : r->deadline_ms;
        worker_signal(r, SIGTERM);
    }
    if (now >= r->deadline_ms)
        r->timed_out = true;
    if (r->timed_out || r->report->broken)
        worker_signal(r, SIGKILL);
}

static int patience_ms(const struct run *r)
{
    int64_t left = r->deadline_ms - now_ms();

    if (left <= 0)
        return 1;
    return left < TICK_MS ? (int)left : TICK_MS;
}

/* Until the process is gone, whatever it does with its end of the pipe. */
static void attend(struct run *r)
{
    struct pollfd watched[2] = {{.fd = r->pid_fd, .events = POLLIN},
                                {.fd = r->report_fd, .events = POLLIN}};

    while (!(watched[0].revents & POLLIN)) {
        if (poll(watched, COUNT(watched), patience_ms(r)) < 0)
            watched[0].revents = watched[1].revents = 0;
        if (watched[1].revents && !report_read(r))
            watched[1].fd = -1;
        discipline(r);
    }
    /* What it wrote before; nobody who has inherited its end of the pipe is waited for. */
    while (watched[1].fd >= 0 && poll(&watched[1], 1, 0) > 0 && report_read(r))
        continue;
}

/* Collects the worker; also what it cost. */
static int reap(struct run *r, struct media_outcome *out)
{
    struct rusage used = {0};
    int status = 0;
    pid_t pid;

    do
        pid = wait4(r->pid, &status, 0, &used);
    while (pid < 0 && errno == EINTR);
    r->lost = pid != r->pid;
    out->signal = !r->lost && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    out->cpu_ms = (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * CLOCK_MS_PER_S +
                  (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
    out->peak_kb = used.ru_maxrss;
    return status;
}

static enum media_reason reason_of_exit(const struct run *r, int code)
{
    if (code >= MEDIA_TIMEOUT)
        return MEDIA_CRASHED;
    /* A success without its findings is a lie. */
    return code == MEDIA_OK && !media_report_complete(r->report) ? MEDIA_VIOLATION
                                                                 : (enum media_reason)code;
}

static enum media_reason reason_of(const struct run *r, int status)
{
    if (r->lost)
        return MEDIA_INTERNAL;
    if (r->report->broken) /* seen before it exited, or only after */
        return MEDIA_VIOLATION;
    if (WIFEXITED(status))
        return reason_of_exit(r, WEXITSTATUS(status));
    if (r->asked)
        return MEDIA_CANCELLED;
    if (WTERMSIG(status) == SIGSYS)
        return MEDIA_VIOLATION;
    if (r->timed_out)
        return MEDIA_TIMEOUT;
    return WTERMSIG(status) == SIGXCPU ? MEDIA_CPU_LIMIT : MEDIA_CRASHED;
}

void media_run(const struct media_job *job, struct media_outcome *out)
{
    int64_t began = now_ms();
    struct run r = {.job = job, .report = &out->report, .deadline_ms = began + job->limits.wall_ms};

    *out = (struct media_outcome){.reason = MEDIA_INTERNAL};
    if (!start(&r))
        return;
    if (r.pid_fd >= 0)
        attend(&r);
    else /* without it the worker cannot be watched; not reaped yet, so its number is its own */
        (void)kill(r.pid, SIGKILL);
    int status = reap(&r, out);
    out->reason = r.pid_fd >= 0 ? reason_of(&r, status) : MEDIA_INTERNAL;
    out->wall_ms = now_ms() - began;
    close_all((const int[]){r.pid_fd, r.report_fd}, 2);
}

struct err *media_worker_path(struct ctx *c, const char **out)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self));

    if (len < 0)
        return err_new(c, ERR_INTERNAL, "find the media worker: %s", strerror(errno));
    const char *slash = memrchr(self, '/', (size_t)len);
    if (!slash || len == sizeof(self))
        return err_reason(c, ERR_INTERNAL, "media_worker",
                          "find the media worker: too long a path");
    *out = arena_printf(c->arena, "%.*s/duan-media", (int)(slash - self), self);
    return NULL;
}
