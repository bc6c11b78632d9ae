/* The media worker: one job on one upload, in a process that can do nothing else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libavutil/log.h>
#include <libavutil/mem.h>

#include "cover.h"
#include "encode.h"
#include "input.h"
#include "media_limits.h"
#include "probe.h"
#include "remux.h"
#include "sandbox.h"
#include "still.h"
#include "worker_report.h"

/*
 *     duan-media JOB [name=number ...]
 * Started by media_run(), with the descriptors of media_limits.h; exits with an enum media_reason.
 */
enum {
    ONE_ALLOCATION = 64 << 20, /* a compressed index would take half a gigabyte otherwise */
    BACKGROUND = 10,           /* nice: what nobody waits for leaves the processor to the others */
};

struct options {
    long memory_mb, file_mb, cpu_seconds, threads, progressive;
};

static enum media_reason probe(struct input *in, const struct options *o)
{
    (void)in, (void)o; /* the properties are reported for every job */
    return MEDIA_OK;
}

static enum media_reason inspect(struct input *in, const struct options *o)
{
    (void)o;
    return cover_make(in);
}

static enum media_reason remux(struct input *in, const struct options *o)
{
    (void)o;
    return remux_playable(in);
}

static enum media_reason copy(struct input *in, const struct options *o)
{
    (void)o;
    return remux_any(in);
}

static enum media_reason encode(struct input *in, const struct options *o)
{
    struct encode_job job = {.progressive = o->progressive != 0, .threads = (int)o->threads};

    return encode_run(in, &job);
}

static const struct job {
    const char *name;
    enum media_reason (*run)(struct input *in, const struct options *o); /* NULL: no video */
    int nice;
} jobs[] = {
    {"probe", probe, 0},  {"inspect", inspect, 0}, /* what an upload waits for */
    {"remux", remux, 0},  {"copy", copy, 0},       {"encode", encode, BACKGROUND},
    {"picture", NULL, 0},
};

static const struct job *job_named(const char *name)
{
    for (size_t i = 0; i < COUNT(jobs); i++)
        if (strcmp(jobs[i].name, name) == 0)
            return &jobs[i];
    return NULL;
}

static void option_set(struct options *o, const char *argument)
{
    const struct {
        const char *name;
        long *value;
    } known[] = {
        {"memory_mb=", &o->memory_mb},     {"file_mb=", &o->file_mb},
        {"cpu_seconds=", &o->cpu_seconds}, {"threads=", &o->threads},
        {"progressive=", &o->progressive},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (strncmp(argument, known[i].name, strlen(known[i].name)) == 0)
            *known[i].value = strtol(argument + strlen(known[i].name), NULL, 10);
}

static void cancel(int signal)
{
    (void)signal;
    input_cancelled = 1;
}

static void layers_report(const struct sandbox_layers *l)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "landlock%d%s%s%s", l->landlock_abi,
                   l->own_user ? " user" : "", l->own_namespaces ? " namespaces" : "",
                   l->own_root ? " root" : "");
    worker_report_text("sandbox", text);
}

static enum media_reason confine(const struct job *job, const struct options *o)
{
    struct sandbox limits = {(uint64_t)o->memory_mb << 20, (uint64_t)o->file_mb << 20,
                             (uint32_t)o->cpu_seconds};
    struct sandbox_layers layers = {0};
    struct sigaction stop = {.sa_handler = cancel};

    if (sigaction(SIGTERM, &stop, NULL) != 0)
        return fail_with(MEDIA_INTERNAL, "signal");
    errno = 0;
    if (nice(job->nice) == -1 && errno)
        return fail_with(MEDIA_INTERNAL, "priority");
    TRY_MEDIA(sandbox_enter(&limits, &layers));
    layers_report(&layers);
    return MEDIA_OK;
}

static enum media_reason work_on_video(const struct job *job, const struct options *o)
{
    struct input in = {0};
    enum media_reason reason = input_open(&in, MEDIA_FD_INPUT);

    if (reason == MEDIA_OK) {
        probe_report(&in);
        reason = job->run(&in, o);
    }
    input_close(&in);
    return reason;
}

static enum media_reason work(const struct job *job, const struct options *o)
{
    enum media_reason reason = job->run ? work_on_video(job, o) : still_make(MEDIA_FD_INPUT);

    if (reason == MEDIA_OK)
        worker_report_progress(1, 1);
    return input_cancelled ? MEDIA_CANCELLED : reason;
}

static enum media_reason job_run(const struct job *job, const struct options *o)
{
    TRY_MEDIA(confine(job, o));
    return work(job, o);
}

int main(int argc, char **argv)
{
    struct options options = {.memory_mb = 1024, .file_mb = 64, .cpu_seconds = 10, .threads = 1};
    const struct job *job = argc > 1 ? job_named(argv[1]) : NULL;

    for (int i = 2; i < argc; i++)
        option_set(&options, argv[i]);
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(ONE_ALLOCATION);
    enum media_reason reason =
        job ? job_run(job, &options) : fail_with(MEDIA_INTERNAL, "no such job");
    if (reason != MEDIA_OK)
        worker_report_text("failure", fail_text());
    return (int)reason;
}
