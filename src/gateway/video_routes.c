/* /api/v1/videos/{id} : one video, and for its author how its job stands, a title, its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "page.h"
#include "video_progress.h"

static const char *const state_names[] = {
    [VIDEO_PENDING] = "pending",
    [VIDEO_PROCESSING] = "processing",
    [VIDEO_READY] = "ready",
    [VIDEO_FAILED] = "failed",
};

static void write_url(struct json *j, struct str name, struct str base, struct str key)
{
    json_raw(j, name);
    json_lit(j, "\"");
    if (key.len) {
        json_raw(j, base);
        json_lit(j, "/media/");
        json_raw(j, key);
    }
    json_lit(j, "\"");
}

static void write_job(struct json *j, const struct video_get_media_resp *media)
{
    json_lit(j, ",\"job\":{\"progress\":");
    json_int(j, media->progress);
    json_lit(j, ",\"attempts\":");
    json_int(j, media->attempts);
    json_lit(j, ",\"reason\":");
    json_text(j, media->reason);
    json_lit(j, ",\"message\":");
    json_text(j, media->message);
    json_lit(j, "}");
}

static void write_hidden(struct json *j, const struct video_get_media_resp *media)
{
    json_lit(j, ",\"hidden\":{\"at\":");
    json_int(j, media->hidden_at);
    json_lit(j, ",\"reason\":");
    json_text(j, media->hide_reason);
    json_lit(j, "}");
}

static void write_media(struct json *j, const struct video_get_media_resp *found, struct str base)
{
    const struct video_media *m = found->media;

    json_lit(j, ",\"state\":\"");
    json_raw(j, str_of(state_names[found->state]));
    json_lit(j, "\",\"playable\":");
    json_bool(j, m->play.len > 0);
    json_lit(j, ",\"width\":");
    json_int(j, m->width);
    json_lit(j, ",\"height\":");
    json_int(j, m->height);
    json_lit(j, ",\"duration_ms\":");
    json_int(j, m->duration_ms);
    write_url(j, STR(",\"hls_url\":"), base, m->hls);
    write_url(j, STR(",\"cover_webp_url\":"), base, m->cover_webp);
}

static struct err *no_video(struct ctx *c)
{
    return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no such video");
}

/* GET /api/v1/videos/{id} */
struct err *video_show(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct video_get_media_req ask = {0};
    struct video_get_media_resp found = {0};
    struct video_page page;

    TRY(gateway_path_id(c, req, &ask.id));
    video_get_media_start(g->deps.services.video, c, &ask, &found, &look->calls);
    TRY(page_load_videos(look, (struct i64_list){&ask.id, 1}, &page));
    if (!page.ids.count)
        return no_video(c);
    struct json j = envelope_begin(c);
    struct str base = gateway_base_url(g, c, req);

    page.ext = page_wants_ext(req);
    json_lit(&j, ",\"video\":");
    page_write_video(&j, &page, 0, base, NULL);
    write_media(&j, &found, base);
    if (page.videos[0].author_id == c->user_id)
        write_job(&j, &found);
    if (found.hidden_at) /* who sees it is its author */
        write_hidden(&j, &found);
    json_lit(&j, "}");
    envelope_end(&j, reply);
    return NULL;
}

/* ---- how its job stands, in short ---- */

enum { PERMILLE_OF_PERCENT = 10, WHOLE_PERCENT = 100 };

static const char *const stages[] = {
    [VIDEO_PENDING] = "probe",
    [VIDEO_PROCESSING] = "transcode",
    [VIDEO_READY] = "cover",
    [VIDEO_FAILED] = "transcode",
};

void video_progress_write(struct json *j, const struct video_news *now)
{
    bool ready = now->state == VIDEO_READY;

    json_lit(j, ",\"state\":\"");
    json_raw(j, str_of(page_state(now->state)));
    json_lit(j, "\",\"percent\":");
    json_int(j, ready ? WHOLE_PERCENT : now->progress / PERMILLE_OF_PERCENT);
    if (now->state != VIDEO_FAILED)
        return;
    json_lit(j, ",\"reason\":");
    json_text(j, now->message);
}

static void write_status(struct json *j, const struct video_get_media_resp *m)
{
    const struct video_news now = {
        .state = m->state, .progress = m->progress, .message = m->message};

    video_progress_write(j, &now);
    json_lit(j, ",\"stage\":\"");
    json_raw(j, str_of(stages[m->state]));
    json_lit(j, "\"");
}

/* GET /api/v1/videos/{id}/status */
struct err *video_status(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct video_get_media_req ask = {0};
    struct video_get_media_resp found = {0};
    struct video_view video = {0};

    TRY(gateway_path_id(c, req, &ask.id));
    video_get_media_start(g->deps.services.video, c, &ask, &found, &look->calls);
    look_videos(look, (struct i64_list){&ask.id, 1}, &video);
    TRY(look_join(look));
    bool own = video.author_id == c->user_id;

    if (!video.id || (!own && !video.shown))
        return no_video(c);
    if (!own)
        return err_new(c, ERR_FORBIDDEN, "only its author may see how a video is processed");
    struct json j = envelope_begin(c);

    write_status(&j, &found);
    envelope_end(&j, reply);
    return NULL;
}

/* ---- what only its author may ---- */

static struct err *answer_with(struct look *look, const struct http_req *req, int64_t id,
                               struct http_reply *reply)
{
    struct video_page page;

    TRY(page_load_videos(look, (struct i64_list){&id, 1}, &page));
    if (!page.ids.count)
        return no_video(look->c);
    struct json j = envelope_begin(look->c);

    page.ext = page_wants_ext(req);
    json_lit(&j, ",\"video\":");
    page_write_video(&j, &page, 0, gateway_base_url(look->g, look->c, req), NULL);
    json_lit(&j, "}");
    envelope_end(&j, reply);
    return NULL;
}

/* PATCH /api/v1/videos/{id} : a thread that waits, so that the near cache is told before it
 * answers. */
struct err *video_change(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct video_retitle_req ask = {.author_id = c->user_id};
    struct video_retitle_resp done;

    TRY(gateway_path_id(c, req, &ask.id));
    TRY(http_text(req, c, STR("title"), &ask.title));
    ask.title = str_trim(ask.title);
    TRY(video_retitle(g->deps.services.video, c, &ask, &done));
    return answer_with(look, req, ask.id, reply);
}

/* DELETE /api/v1/videos/{id} */
struct err *video_take_away(void *self, struct ctx *c, const struct http_req *req,
                            struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_remove_req ask = {.author_id = c->user_id};
    struct video_remove_resp gone = {0};

    TRY(gateway_path_id(c, req, &ask.id));
    TRY(video_remove(g->deps.services.video, c, &ask, &gone));
    if (!gone.asset.len)
        return no_video(c);
    envelope_ok(reply);
    return NULL;
}
