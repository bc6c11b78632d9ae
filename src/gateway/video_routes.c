/* GET /api/v1/videos/{id} : one video, and for its author how its job stands. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "page.h"

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
        return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no such video");
    struct json j = envelope_begin(c);
    struct str base = gateway_base_url(g, c, req);

    page.ext = page_wants_ext(req);
    json_lit(&j, ",\"video\":");
    page_write_video(&j, &page, 0, base, NULL);
    write_media(&j, &found, base);
    if (page.videos[0].author_id == c->user_id)
        write_job(&j, &found);
    json_lit(&j, "}");
    envelope_end(&j, reply);
    return NULL;
}
