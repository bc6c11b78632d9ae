/* Runs one media job from the shell, as the server would: for tests and measurements. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media.h"

/*
 *     media_cli JOB FILE DIRECTORY [worker=PATH] [name=number ...]
 * Names: wall_ms cpu_seconds memory_mb file_mb threads progressive, and cancel_at (permille).
 * Prints progress as it comes, then what was found, then how it ended; status 0 when that was "ok".
 */
enum {
    USAGE = 64,
    NO_INPUT = 66,
};

struct cli {
    struct media_job job;
    int progressive;
    int cancel_at; /* permille; 0: never */
    atomic_bool cancel;
};

static void on_progress(void *self, int permille)
{
    struct cli *cli = self;

    printf("progress %d\n", permille);
    (void)fflush(stdout);
    if (cli->cancel_at && permille >= cli->cancel_at)
        atomic_store(&cli->cancel, true);
}

static bool number_set(struct cli *cli, struct str name, int value)
{
    struct media_limits *l = &cli->job.limits;
    const struct {
        struct str name;
        int *value;
    } known[] = {
        {STR("wall_ms"), &l->wall_ms},       {STR("cpu_seconds"), &l->cpu_seconds},
        {STR("memory_mb"), &l->memory_mb},   {STR("file_mb"), &l->file_mb},
        {STR("threads"), &l->threads},       {STR("progressive"), &cli->progressive},
        {STR("cancel_at"), &cli->cancel_at},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (str_eq(known[i].name, name)) {
            *known[i].value = value;
            return true;
        }
    return false;
}

static bool option_set(struct cli *cli, const char *argument)
{
    struct str value = str_of(argument);
    struct str name = str_cut(&value, '=');
    int64_t number = 0;

    if (str_eq(name, STR("worker"))) {
        cli->job.worker = value.ptr;
        return true;
    }
    return str_to_i64(value, &number) && number_set(cli, name, (int)number);
}

static void properties_print(const struct media_properties *p)
{
    printf("container %s\nvideo %s\npixels %s\naudio %s\nobstacle %s\n", p->container, p->video,
           p->pixels, p->audio, p->obstacle);
    printf("duration_ms %d\nwidth %d\nheight %d\nfps %d/%d\n", p->duration_ms, p->width, p->height,
           p->fps_num, p->fps_den);
    printf("turned %d\nhdr %d\nfaststart %d\n", p->turned, p->hdr, p->faststart);
}

static void outcome_print(const struct media_outcome *o)
{
    if (media_report_complete(&o->report))
        properties_print(&o->report.properties);
    printf("cover %dx%d\ncover_color %s\ndamaged %d\nsandbox %s\nfailure %s\n",
           o->report.cover_width, o->report.cover_height, o->report.cover_color, o->report.damaged,
           o->report.sandbox, o->report.failure);
    printf("signal %d\nwall_ms %" PRId64 "\ncpu_ms %" PRId64 "\npeak_kb %" PRId64 "\n", o->signal,
           o->wall_ms, o->cpu_ms, o->peak_kb);
    printf("end %s\n", media_reason_name(o->reason));
}

static bool worker_find(struct cli *cli, struct arena *arena)
{
    struct ctx c = {.arena = arena};
    struct err *e = cli->job.worker ? NULL : media_worker_path(&c, &cli->job.worker);

    if (e)
        (void)fprintf(stderr, "%s\n", err_text(&c, e));
    return !e;
}

static int job_run(struct cli *cli, const char *file, const char *directory)
{
    struct media_outcome outcome;

    (void)mkdir(directory, 0700);
    cli->job.input_fd = open(file, O_RDONLY | O_CLOEXEC);
    cli->job.output_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cli->job.input_fd < 0 || cli->job.output_fd < 0)
        return NO_INPUT;
    media_run(&cli->job, &outcome);
    outcome_print(&outcome);
    return outcome.reason == MEDIA_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct cli cli = {.job = {.limits = {.wall_ms = 600000,
                                         .cpu_seconds = 600,
                                         .memory_mb = 2048,
                                         .file_mb = 256,
                                         .threads = 2},
                              .progress = on_progress}};

    if (argc < 4)
        return USAGE;
    cli.job.name = argv[1];
    cli.job.cancel = &cli.cancel;
    cli.job.self = &cli;
    for (int i = 4; i < argc; i++)
        if (!option_set(&cli, argv[i]))
            return USAGE;
    cli.job.progressive = cli.progressive != 0;
    int status = worker_find(&cli, &arena) ? job_run(&cli, argv[2], argv[3]) : USAGE;
    arena_fini(&arena);
    return status;
}
