/* The sweeper: one job is one asset, and done when nothing of it is left. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sweeper.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "blob.h"
#include "bus.h"
#include "clock.h"
#include "file_hold.h"
#include "job_runner.h"
#include "media_key.h"
#include "video_api.h"

#define TOPIC "sweep"

enum { PAUSE_MS = 5000, POLL_MS = 1000, CALL_MS = 10 * 1000 };

struct sweeper {
    struct sweeper_deps deps;
    struct job_runner *runner; /* NULL: the bus runs them */
};

static struct err *ask(struct sweeper *s, struct ctx *c, struct str asset,
                       struct video_sweep_resp *out)
{
    const struct video_sweep_req req = {.asset = asset};
    struct ctx soon = *c;

    soon.deadline_ns = clock_monotonic_ns() + CALL_MS * (int64_t)CLOCK_NS_PER_MS;
    return video_sweep(s->deps.videos, &soon, &req, out);
}

/* Not beside a backup: it copies what its snapshot of the database names of videos. */
static struct err *remove_held(struct sweeper *s, struct ctx *c, struct str folder)
{
    int hold = -1;

    if (s->deps.data.len) {
        struct err *e = file_hold_take(c, s->deps.data, FILE_HOLD_REMOVE, &hold);

        if (e)
            return err_new(c, ERR_EXHAUSTED, "%s", err_text(c, e)); /* waiting is no attempt */
    }
    struct err *e = blob_remove(s->deps.blob, c, folder);

    if (hold >= 0)
        close(hold);
    return e;
}

static struct err *sweep(void *self, struct ctx *c, const struct bus_job *job,
                         const atomic_bool *stop)
{
    struct sweeper *s = self;
    struct str asset = arena_str(c->arena, "%016" PRIx64, (uint64_t)job->key);
    struct video_sweep_resp wanted = {0};

    (void)stop;
    TRY(ask(s, c, asset, &wanted));
    if (!wanted.has_video)
        TRY(remove_held(s, c, media_folder(c->arena, asset)));
    return wanted.has_parts ? NULL : blob_remove(s->deps.blob, c, media_upload(c->arena, asset));
}

static struct err *start(struct sweeper *s, struct ctx *c, int64_t lease_ms)
{
    const struct bus_handler handler = {
        .self = s, .run = sweep, .attempts_max = INT_MAX, .pause_ms = PAUSE_MS};
    const struct job_runner_options options = {TOPIC, 1, lease_ms, POLL_MS};

    if (s->deps.jobs)
        return job_runner_start(c, &options, &handler, s->deps.jobs, s->deps.log, &s->runner);
    return bus_consume(s->deps.bus, c, TOPIC, 1, &handler);
}

struct err *sweeper_start(struct ctx *c, const struct sweeper_deps *deps, int64_t lease_ms,
                          struct sweeper **out)
{
    struct sweeper *s = calloc(1, sizeof(*s));

    if (!s)
        abort();
    s->deps = *deps;
    struct err *e = start(s, c, lease_ms);

    if (e) {
        free(s);
        return e;
    }
    *out = s;
    return NULL;
}

void sweeper_stop(struct sweeper *s)
{
    if (!s)
        return;
    job_runner_stop(s->runner);
    s->runner = NULL;
}

void sweeper_destroy(struct sweeper *s)
{
    sweeper_stop(s);
    free(s);
}
