/* Media jobs: runs the sandboxed worker on an upload and says how it ended. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_H
#define MEDIA_H

#include <stdatomic.h>

#include "err.h"
#include "media_reason.h"
#include "media_report.h"

/* What a job may use at most. */
struct media_limits {
    int wall_ms;
    int cpu_seconds;
    int memory_mb; /* address space: 1024 for inspect, 2048 for encode suit 1080p */
    int file_mb;   /* the largest single output */
    int threads;   /* of each codec */
};

/*
 * One job for the worker. Its name is one of
 *     probe    properties only
 *     inspect  properties, cover.jpg and cover.webp
 *     picture  picture.webp from a JPEG, PNG or WebP file; the properties are those of it
 *     remux    video.mp4 from tracks that play everywhere, unchanged; else needs_encode
 *     copy     video.mp4 from whatever tracks an MP4 can carry, unchanged; else needs_encode
 *     encode   the HLS ladder under master.m3u8; with `progressive` video.mp4 too
 */
struct media_job {
    const char *worker; /* path of the program; see media_worker_path() */
    const char *name;
    int input_fd;  /* borrowed; readable, any file offset */
    int output_fd; /* borrowed; a directory of this job alone */
    struct media_limits limits;
    bool progressive;
    const atomic_bool *cancel; /* set by any thread: stop; may be NULL */
    /* Called on the thread of media_run(), with ever larger numbers; may be NULL. */
    void (*progress)(void *self, int permille);
    void *self;
};

/* How a job ended. The texts are bounded printable ASCII, the numbers lie within their limits. */
struct media_outcome {
    enum media_reason reason;
    struct media_report report; /* whole when the reason is MEDIA_OK */
    int signal;                 /* that ended the worker, or 0 */
    int64_t cpu_ms, wall_ms;
    int64_t peak_kb; /* resident */
};

/*
 * Blocks until the worker is gone: at the latest a moment after limits.wall_ms. Any thread may
 * call it, several at once. The calling thread must not exit meanwhile: the kernel kills the
 * worker with the thread that started it. Nobody else may wait for this process's children with
 * waitpid(-1), nor may SIGCHLD be ignored.
 */
void media_run(const struct media_job *job, struct media_outcome *out);

/* The worker beside the running program: `duan-media` in the same folder. Lives in the arena. */
MUST_USE struct err *media_worker_path(struct ctx *c, const char **out);

#endif
