/* Uploads: inspect, cover, playable copy, store, publish. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "uploads.h"

#include <inttypes.h>

#include "blob.h"
#include "clock.h"
#include "inspection.h"
#include "limits.h"
#include "log.h"
#include "media_key.h"
#include "pictures.h"
#include "text_rules.h"

enum {
    INSPECT_CPU_S = 20,
    COVER_FILE_MB = 16,
    COPY_SLACK_MB = 16,
    SETTLE_MS = 3000,
    COVER_ROOM = 1 << 20, /* bytes; covers are smaller by far */
};

/* One upload on its way; the scratch folder is named like the asset. */
struct taking {
    struct inspection at;
    struct media_properties properties;
};

static void run(struct taking *t, const char *name, int64_t file_mb, struct media_outcome *out)
{
    inspection_run(&t->at, name, (struct inspection_limits){INSPECT_CPU_S, (int)file_mb}, out);
}

/* Fails when fewer bytes are free than that. */
static struct err *check_room(struct gateway *g, struct ctx *c, int64_t wanted)
{
    int64_t room;

    TRY(blob_free_bytes(g->deps.blob, c, &room));
    if (room < wanted)
        return err_reason(c, ERR_EXHAUSTED, ERR_DISK_FULL,
                          "the disk is full: %" PRId64 " bytes left", room);
    return NULL;
}

/* The worker does not say that its disk was full. */
static struct err *refusal(struct taking *t, struct ctx *c, const struct media_outcome *o)
{
    if (o->reason != MEDIA_CANCELLED && !media_reason_retryable(o->reason))
        return err_reason(c, ERR_INVALID, "not_a_video", "%s", media_reason_message(o->reason));
    TRY(check_room(t->at.g, c, COVER_ROOM));
    return inspection_failure(&t->at, c, "the upload could not be looked at", o);
}

static bool is(const char *name, const char *want)
{
    return strcmp(name, want) == 0;
}

/* What a browser plays from a copy of the same kind, by the names of the copy here and there. */
static const struct copy {
    const char *container, *from;
    struct str to;
} copies[] = {
    {"mp4", "video.mp4", STR_INIT("play.mp4")},
    {"matroska", "video.webm", STR_INIT("play.webm")},
};

static bool plays_in_webm(const struct media_properties *p)
{
    return (is(p->video, "vp8") || is(p->video, "vp9") || is(p->video, "av1")) &&
           (is(p->audio, "opus") || is(p->audio, "vorbis") || is(p->audio, "none"));
}

/* NULL: its players have to wait for the transcoder. */
static const struct copy *copy_of(const struct taking *t)
{
    const struct media_properties *p = &t->properties;

    for (size_t i = 0; i < COUNT(copies); i++)
        if (is(p->container, copies[i].container))
            return is(p->container, "mp4") || plays_in_webm(p) ? &copies[i] : NULL;
    return NULL;
}

static struct err *put(struct taking *t, struct ctx *c, struct video_media *m, const char *from,
                       struct str name, struct str *key)
{
    struct str path = arena_str(c->arena, "%s/%s", t->at.scratch.ptr, from);

    *key = media_key(c->arena, m->asset, 0, name);
    return blob_put(t->at.g->deps.blob, c, *key, path);
}

/* Its name is none that is served (media_routes.c): an upload may tell where it was made. */
static struct err *put_original(struct taking *t, struct ctx *c, struct video_media *m)
{
    m->original = STR("original.bin");
    return blob_put(t->at.g->deps.blob, c, media_key(c->arena, m->asset, 0, m->original),
                    t->at.upload->path);
}

/* Small ones are quick: they play before the transcoder has looked at them. */
static struct err *put_copy(struct taking *t, struct ctx *c, struct video_media *m)
{
    const struct copy *copy = copy_of(t);
    struct media_outcome o;

    if (!copy || t->at.upload->size > t->at.g->options.media.copy_max_bytes)
        return NULL;
    run(t, "copy", t->at.upload->size / (1 << 20) + COPY_SLACK_MB, &o);
    if (o.reason != MEDIA_OK)
        return NULL; /* it waits for the transcoder */
    return put(t, c, m, copy->from, copy->to, &m->play);
}

static struct err *store(struct taking *t, struct ctx *c, struct video_media *m)
{
    TRY(put(t, c, m, "cover.jpg", STR("cover.jpg"), &m->cover));
    TRY(put(t, c, m, "cover.webp", STR("cover.webp"), &m->cover_webp));
    TRY(put_copy(t, c, m));
    return put_original(t, c, m);
}

static struct err *take(struct taking *t, struct ctx *c, struct video_media *m)
{
    struct media_outcome o;

    TRY(inspection_open(&t->at, c, m->asset));
    run(t, "inspect", COVER_FILE_MB, &o);
    if (o.reason != MEDIA_OK)
        return refusal(t, c, &o);
    t->properties = o.report.properties;
    m->width = t->properties.width;
    m->height = t->properties.height;
    m->duration_ms = t->properties.duration_ms;
    m->color = arena_copy(c->arena, str_of(o.report.cover_color));
    return store(t, c, m);
}

/* Without a row nobody will ever ask for the objects. */
static struct err *forget(struct gateway *g, struct ctx *c, struct str asset)
{
    return blob_remove(g->deps.blob, c, media_folder(c->arena, asset));
}

/* The scratch folder tells of the files, at the next start. */
static void leave(struct taking *t, struct ctx *c, struct str asset, const struct err *why)
{
    log_warn(t->at.g->deps.log, c, "files of an upload are left over until the next start",
             log_str("video.asset", asset), log_err(why));
    t->at.scratch.len = 0;
}

/* Whoever was asked to publish it may have done so, or may still. */
static bool is_in_doubt(const struct err *e)
{
    bool not_asked = e->reason && strcmp(e->reason, "service_down") == 0;

    return (e->code == ERR_UNAVAILABLE || e->code == ERR_TIMEOUT) && !not_asked;
}

/* The answer was lost. If there is a row by now all is well; if not, one may come yet, and would
 * have no files. */
static struct err *settle(struct taking *t, struct ctx *c, struct str asset, struct err *e,
                          struct video_publish_resp *done)
{
    struct video_find_asset_req ask = {.asset = asset};
    struct video_find_asset_resp found = {0};
    struct ctx soon = *c;

    soon.deadline_ns = clock_monotonic_ns() + SETTLE_MS * (int64_t)CLOCK_NS_PER_MS;
    struct err *unknown = video_find_asset(t->at.g->deps.services.video, &soon, &ask, &found);

    if (!unknown && found.id) {
        done->id = found.id;
        return NULL;
    }
    leave(t, c, asset, unknown ? unknown : e);
    return e;
}

static struct err *publish(struct taking *t, struct ctx *c, struct video_publish_req *video,
                           struct video_publish_resp *done, bool *in_doubt)
{
    struct err *e = video_publish(t->at.g->deps.services.video, c, video, done);

    *in_doubt = e && is_in_doubt(e);
    return *in_doubt ? settle(t, c, video->media->asset, e, done) : e;
}

static struct err *take_and_publish(struct taking *t, struct ctx *c,
                                    struct video_publish_req *video,
                                    struct video_publish_resp *done)
{
    bool in_doubt = false;
    struct err *e = take(t, c, video->media);

    if (!e)
        e = publish(t, c, video, done, &in_doubt);
    if ((!e && !done->again) || in_doubt)
        return e;
    struct err *left = forget(t->at.g, c, video->media->asset);

    if (left)
        leave(t, c, video->media->asset, left);
    return e;
}

struct err *uploads_title(struct ctx *c, const struct http_req *req, struct str *out)
{
    static const struct text_rule rule = {
        .what = "title", .min_chars = 1, .max_chars = TITLE_MAX_CHARS, .lines = true};
    struct str title;

    TRY(http_text(req, c, STR("title"), &title));
    title = str_trim(title);
    TRY(text_rules_check(c, &rule, title));
    *out = title;
    return NULL;
}

struct err *uploads_check_room(struct gateway *g, struct ctx *c)
{
    return check_room(g, c, g->options.media.disk_reserve);
}

struct err *uploads_check_quota(struct gateway *g, struct ctx *c, int64_t bytes)
{
    struct video_check_quota_req ask = {.author_id = c->user_id, .bytes = bytes};
    struct video_check_quota_resp done;

    return video_check_quota(g->deps.services.video, c, &ask, &done);
}

struct err *uploads_publish(struct gateway *g, struct ctx *c, const struct http_upload *upload,
                            struct video_publish_req *video, struct video_publish_resp *done)
{
    struct taking t = {.at = inspection_of(g, upload)};
    struct video_media media = {.asset = media_asset_new(c->arena)};

    TRY(uploads_check_room(g, c));
    video->media = &media;
    struct err *e = take_and_publish(&t, c, video, done);

    video->media = NULL;
    inspection_close(&t.at);
    return e;
}

/* ---- after a crash ---- */

static struct err *cut_off(void *gateway, struct ctx *c, struct str asset, bool *keep)
{
    struct gateway *g = gateway;

    if (pictures_is_scratch(asset))
        return pictures_cut_off(g, c, asset, keep);
    struct video_find_asset_req ask = {.asset = asset};
    struct video_find_asset_resp found = {0};
    struct err *e = video_find_asset(g->deps.services.video, c, &ask, &found);

    *keep = e && degraded_may(e);
    if (*keep)
        log_warn(g->deps.log, c, "what an upload has left is kept: nobody can say whose it is",
                 log_str("video.asset", asset), log_err(e));
    if (e || found.id)
        return *keep ? NULL : e;
    log_info(g->deps.log, c, "removing what an upload cut off by a crash has left",
             log_str("video.asset", asset));
    return forget(g, c, asset);
}

struct err *uploads_recover(struct gateway *g, struct ctx *c)
{
    return blob_recover(g->deps.blob, c, cut_off, g);
}
