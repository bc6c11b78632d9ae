/* Inspections: descriptors, the scratch folder, one job after the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "inspection.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "blob.h"
#include "log.h"

enum { MEMORY_MB = 1024 };

struct inspection inspection_of(struct gateway *g, const struct http_upload *upload)
{
    return (struct inspection){.g = g, .upload = upload, .input = -1, .output = -1};
}

struct err *inspection_open(struct inspection *i, struct ctx *c, struct str scratch)
{
    TRY(blob_scratch(i->g->deps.blob, c, scratch, &i->scratch));
    i->input = open(i->upload->path.ptr, O_RDONLY | O_CLOEXEC);
    i->output = open(i->scratch.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (i->input < 0 || i->output < 0)
        return err_errno(c, errno, "upload: %s", strerror(errno));
    return NULL;
}

void inspection_close(struct inspection *i)
{
    if (i->input >= 0)
        close(i->input);
    if (i->output >= 0)
        close(i->output);
    if (i->scratch.len)
        blob_scratch_remove(i->scratch);
}

void inspection_run(const struct inspection *i, const char *job, struct inspection_limits limits,
                    struct media_outcome *out)
{
    const struct media_job all = {
        .worker = i->g->options.media.worker,
        .name = job,
        .input_fd = i->input,
        .output_fd = i->output,
        .limits = {.wall_ms = i->g->options.media.inspect_ms,
                   .cpu_seconds = limits.cpu_seconds,
                   .memory_mb = MEMORY_MB,
                   .file_mb = limits.file_mb,
                   .threads = 1},
        .cancel = &i->g->stopping,
    };

    media_run(&all, out);
}

struct err *inspection_failure(const struct inspection *i, struct ctx *c, const char *what,
                               const struct media_outcome *o)
{
    if (o->reason == MEDIA_CANCELLED)
        return err_new(c, ERR_UNAVAILABLE, "the server is stopping");
    log_error(i->g->deps.log, c, what, log_str("error.code", str_of(media_reason_name(o->reason))),
              log_str("error.message", str_of(o->report.failure)));
    return err_new(c, ERR_UNAVAILABLE, "%s: %s", what, media_reason_name(o->reason));
}
