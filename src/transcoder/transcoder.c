/* The transcoder: one job from the upload to the files that are shown. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transcoder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "blob.h"
#include "bus.h"
#include "clock.h"
#include "job_runner.h"
#include "log.h"
#include "media_key.h"
#include "metrics.h"
#include "transcode_metrics.h"
#include "video_api.h"

#define TOPIC "transcode"

enum {
    PROGRESS_EVERY_MS = 1000,
    RETRY_PAUSE_MS = 5000,
    WHOLE = 1000,
    POLL_MS = 1000,
    CALL_MS = 10 * 1000,              /* one call to the video service */
    TELL_PATIENCE_MS = 5 * 60 * 1000, /* what took hours to make is not lost to a restart of it */
    TELL_PAUSE_MS = 500,
    GENERATIONS_TIDIED = 16,
};

struct transcoder {
    struct transcoder_options options;
    struct transcoder_deps deps;
    struct transcode_metrics metrics;
    struct job_runner *runner; /* NULL: the bus runs them */
};

/* One job under way. */
struct work {
    struct transcoder *t;
    struct ctx *c;
    const struct bus_job *job;
    const atomic_bool *stop;
    struct video_media media; /* as it is to be shown */
    struct str folder;        /* where the worker writes; it outlives a crash */
    int input, output;
    int64_t reported_ms;
};

static struct ctx within(const struct ctx *c, int64_t ms)
{
    struct ctx soon = *c;

    soon.deadline_ns = clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
    return soon;
}

static struct err *tell(struct work *w, enum video_state state, int64_t progress,
                        struct video_media *media)
{
    struct video_set_media_req req = {
        .id = w->job->key,
        .state = state,
        .progress = progress,
        .attempts = w->job->attempt,
        .media = media,
        .job = w->job->id,
        .token = w->job->token,
    };
    struct video_set_media_resp done;
    struct ctx soon = within(w->c, CALL_MS);

    return video_set_media(w->t->deps.videos, &soon, &req, &done);
}

static bool may_pass(const struct err *e)
{
    return e && (e->code == ERR_UNAVAILABLE || e->code == ERR_TIMEOUT);
}

/* The files are there: all that is missing is that they are shown. */
static struct err *tell_surely(struct work *w, enum video_state state, int64_t progress,
                               struct video_media *media)
{
    const struct timespec pause = {0, (long)TELL_PAUSE_MS * CLOCK_NS_PER_MS};
    int64_t until = clock_monotonic_ns() + TELL_PATIENCE_MS * (int64_t)CLOCK_NS_PER_MS;
    struct err *e = tell(w, state, progress, media);

    while (may_pass(e) && !*w->stop && clock_monotonic_ns() < until) {
        (void)nanosleep(&pause, NULL);
        e = tell(w, state, progress, media);
    }
    return e;
}

/* A number that could not be written is followed by the next one. */
static void on_progress(void *self, int permille)
{
    struct work *w = self;
    int64_t now = clock_monotonic_ns() / CLOCK_NS_PER_MS;

    if (now - w->reported_ms < PROGRESS_EVERY_MS)
        return;
    w->reported_ms = now;
    struct err *e = tell(w, VIDEO_PROCESSING, permille, NULL);

    if (e)
        log_warn(w->t->deps.log, w->c, "progress was not written", log_err(e));
}

/* ---- the worker ---- */

/* Copying is over before anybody looks; what is told of progress is the encoder's. */
static enum media_reason run(struct work *w, const char *name, bool progressive,
                             struct media_outcome *out)
{
    bool shows_progress = strcmp(name, "encode") == 0;
    struct media_job job = {
        .worker = w->t->options.worker,
        .name = name,
        .input_fd = w->input,
        .output_fd = w->output,
        .limits = w->t->options.limits,
        .progressive = progressive,
        .cancel = w->stop,
        .progress = shows_progress ? on_progress : NULL,
        .self = w,
    };

    media_run(&job, out);
    transcode_metrics_ran(&w->t->metrics, name, out);
    return out->reason;
}

static struct err *ended(struct work *w, const struct media_outcome *o)
{
    const char *name = media_reason_name(o->reason);

    if (o->reason == MEDIA_OK)
        return NULL;
    if (o->reason == MEDIA_CANCELLED)
        return err_new(w->c, ERR_CANCELLED, "stopped");
    log_warn(w->t->deps.log, w->c, "a media job failed", log_int("video.id", w->job->key),
             log_str("error.code", str_of(name)),
             log_str("error.message", str_of(o->report.failure)));
    return err_reason(w->c, media_reason_retryable(o->reason) ? ERR_UNAVAILABLE : ERR_PRECONDITION,
                      name, "%s", media_reason_message(o->reason));
}

/* ---- files ---- */

static struct err *put(struct work *w, const char *name)
{
    struct str key = media_key(w->c->arena, w->media.asset, w->media.generation, str_of(name));

    return blob_put(w->t->deps.blob, w->c, key,
                    arena_str(w->c->arena, "%s/%s", w->folder.ptr, name));
}

static struct err *put_all(struct work *w)
{
    DIR *dir = opendir(w->folder.ptr);
    struct err *e = NULL;

    if (!dir)
        return err_errno(w->c, errno, "%s: %s", w->folder.ptr, strerror(errno));
    for (struct dirent *entry; !e && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            e = put(w, entry->d_name);
    closedir(dir);
    return e;
}

static struct err *open_files(struct work *w)
{
    struct blob_object original;
    int64_t room;

    TRY(blob_free_bytes(w->t->deps.blob, w->c, &room));
    if (room < w->t->options.disk_reserve)
        return err_reason(w->c, ERR_EXHAUSTED, ERR_DISK_FULL,
                          "the disk is full: %" PRId64 " bytes left", room);
    TRY(blob_get(w->t->deps.blob, w->c,
                 media_key(w->c->arena, w->media.asset, 0, w->media.original), &original));
    w->input = original.fd;
    TRY(blob_workspace(w->t->deps.blob, w->c, w->media.asset, &w->folder));
    w->output = open(w->folder.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return w->output < 0 ? err_new(w->c, ERR_UNAVAILABLE, "%s: %s", w->folder.ptr, strerror(errno))
                         : NULL;
}

static void close_files(struct work *w)
{
    if (w->input >= 0)
        close(w->input);
    if (w->output >= 0)
        close(w->output);
}

/* ---- one job ---- */

/* What plays everywhere as it is gets its final file at once; *suitable tells. */
static struct err *remux(struct work *w, bool *suitable)
{
    struct media_outcome o;
    enum media_reason reason = run(w, "remux", false, &o);

    *suitable = reason == MEDIA_OK;
    if (reason == MEDIA_NEEDS_ENCODE)
        return NULL;
    TRY(ended(w, &o));
    TRY(put(w, "video.mp4"));
    w->media.play = media_key(w->c->arena, w->media.asset, w->media.generation, STR("video.mp4"));
    return tell_surely(w, VIDEO_PROCESSING, 0, &w->media);
}

static struct err *encode(struct work *w, bool progressive)
{
    struct media_outcome o;

    (void)run(w, "encode", progressive, &o);
    TRY(ended(w, &o));
    TRY(put_all(w));
    struct arena *a = w->c->arena;

    w->media.hls = media_key(a, w->media.asset, w->media.generation, STR("master.m3u8"));
    w->media.play = media_key(a, w->media.asset, w->media.generation, STR("video.mp4"));
    TRY(tell_surely(w, VIDEO_READY, WHOLE, &w->media));
    blob_workspace_remove(w->folder);
    return NULL;
}

static struct err *transcode(struct work *w)
{
    bool suitable;

    TRY(open_files(w));
    TRY(tell(w, VIDEO_PROCESSING, 0, NULL));
    TRY(remux(w, &suitable));
    return encode(w, !suitable);
}

static void remove_workspace(struct transcoder *t, struct ctx *c, struct str asset)
{
    struct str folder;

    if (!blob_workspace(t->deps.blob, c, asset, &folder))
        blob_workspace_remove(folder);
}

/* *gone: there is no such video. */
static struct err *look_up(struct transcoder *t, struct ctx *c, int64_t video,
                           struct video_get_media_resp *out, bool *gone)
{
    struct video_get_media_req ask = {.id = video};
    struct ctx soon = within(c, CALL_MS);
    struct err *e = video_get_media(t->deps.videos, &soon, &ask, out);

    *gone = e && e->code == ERR_NOT_FOUND;
    return *gone ? NULL : e;
}

/* Whatever went wrong: if the video was removed meanwhile, nothing did. What the job has made since
 * then goes too. */
static struct err *unless_removed(struct work *w, struct err *e)
{
    struct video_get_media_resp found = {0};
    bool gone;

    TRY(look_up(w->t, w->c, w->job->key, &found, &gone));
    if (!gone)
        return e;
    remove_workspace(w->t, w->c, w->media.asset);
    return blob_remove(w->t->deps.blob, w->c, media_folder(w->c->arena, w->media.asset));
}

/* What earlier attempts had made and nobody is told of any more; of many, what the doctor finds. */
static struct err *forget_attempts(struct work *w)
{
    struct arena *a = w->c->arena;
    int64_t own = w->media.generation;
    int64_t oldest = own > GENERATIONS_TIDIED ? own - GENERATIONS_TIDIED : 1;

    for (int64_t i = oldest; i < own; i++)
        TRY(blob_remove(w->t->deps.blob, w->c, media_generation(a, w->media.asset, i)));
    return NULL;
}

/* Files are made and shown, or wait for a store that is away: that is nobody's attempt. */
static struct err *unless_away(struct work *w, struct err *e)
{
    if (!e || e->reason != BLOB_STORE_AWAY)
        return e;
    return err_reason(w->c, ERR_EXHAUSTED, BLOB_STORE_AWAY, "%s", err_text(w->c, e));
}

static struct err *consume(void *self, struct ctx *c, const struct bus_job *job,
                           const atomic_bool *stop)
{
    struct transcoder *t = self;
    struct work w = {.t = t, .c = c, .job = job, .stop = stop, .input = -1, .output = -1};
    struct video_get_media_resp found = {0};
    bool gone;

    TRY(look_up(t, c, job->key, &found, &gone));
    if (gone)
        return NULL;                  /* removed before it was its turn */
    if (found.state == VIDEO_READY) { /* delivered twice: a crash came before the end */
        remove_workspace(t, c, found.media->asset);
        return NULL;
    }
    w.media = *found.media;
    w.media.generation += job->token; /* a folder of its own, also beside one who lost this job */
    struct err *e = transcode(&w);

    close_files(&w);
    return e ? unless_removed(&w, unless_away(&w, e)) : forget_attempts(&w);
}

/* What the author reads: the reason of the last attempt, which no other will follow. */
static struct str last_words(const struct err *e)
{
    if (e->code == ERR_PRECONDITION && e->reason)
        return str_of(err_root(e)->msg);
    return STR("The server could not process the video, and will not try again by itself.");
}

/* The author reads why; others no longer see what cannot be played. */
static void on_death(void *self, struct ctx *c, const struct bus_job *job, const struct err *e)
{
    struct transcoder *t = self;
    struct video_set_media_req req = {
        .id = job->key,
        .state = VIDEO_FAILED,
        .attempts = job->attempt,
        .reason = str_of(e->reason ? e->reason : err_code_name(e->code)),
        .message = last_words(e),
        .job = job->id,
        .token = job->token,
    };
    struct video_set_media_resp done;
    struct video_get_media_req ask = {.id = job->key};
    struct video_get_media_resp found = {0};
    struct ctx soon = within(c, CALL_MS);
    struct err *failed = video_set_media(t->deps.videos, &soon, &req, &done);

    if (!failed)
        failed = video_get_media(t->deps.videos, &soon, &ask, &found);
    if (!failed)
        remove_workspace(t, c, found.media->asset);
    log_error(t->deps.log, c, "a video could not be transcoded", log_int("video.id", job->key),
              log_err(failed ? failed : e));
}

struct transcoder *transcoder_create(const struct transcoder_options *options,
                                     const struct transcoder_deps *deps)
{
    struct transcoder *t = calloc(1, sizeof(*t));

    if (!t)
        abort();
    *t = (struct transcoder){.options = *options, .deps = *deps};
    transcode_metrics_init(&t->metrics, deps->metrics);
    return t;
}

static struct err *ask_video(struct transcoder *t, struct ctx *c, struct str asset, bool *keep)
{
    struct video_find_asset_req by = {.asset = asset};
    struct video_find_asset_resp video = {0};
    struct video_get_media_req ask = {0};
    struct video_get_media_resp found = {0};
    struct ctx soon = within(c, CALL_MS);

    TRY(video_find_asset(t->deps.videos, &soon, &by, &video));
    if (!video.id)
        return NULL;
    ask.id = video.id;
    TRY(video_get_media(t->deps.videos, &soon, &ask, &found));
    *keep = found.state == VIDEO_PENDING || found.state == VIDEO_PROCESSING;
    return NULL;
}

/* Removing one may have failed, for want of memory or by a kill, when its job was done. While
 * nobody can say, it stays: the next start asks again. */
static struct err *is_wanted(void *self, struct ctx *c, struct str asset, bool *keep)
{
    struct transcoder *t = self;
    struct err *e = ask_video(t, c, asset, keep);

    if (!e || (e->code != ERR_UNAVAILABLE && e->code != ERR_TIMEOUT))
        return e;
    log_warn(t->deps.log, c, "a workspace is kept: its video could not be asked for", log_err(e));
    *keep = true;
    return NULL;
}

struct err *transcoder_start(struct transcoder *t, struct ctx *c)
{
    const struct bus_handler handler = {
        .self = t,
        .run = consume,
        .died = on_death,
        .attempts_max = t->options.attempts,
        .pause_ms = RETRY_PAUSE_MS,
    };

    const struct job_runner_options options = {TOPIC, t->options.parallel, t->options.lease_ms,
                                               POLL_MS};

    TRY(blob_recover_workspaces(t->deps.blob, c, is_wanted, t));
    if (t->deps.jobs)
        return job_runner_start(c, &options, &handler, t->deps.jobs, t->deps.log, &t->runner);
    return bus_consume(t->deps.bus, c, TOPIC, t->options.parallel, &handler);
}

void transcoder_stop(struct transcoder *t)
{
    if (!t)
        return;
    job_runner_stop(t->runner);
    t->runner = NULL;
}

void transcoder_destroy(struct transcoder *t)
{
    transcoder_stop(t);
    free(t);
}
