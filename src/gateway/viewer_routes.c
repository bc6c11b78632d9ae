/* What a viewer tells of videos: that he has seen them, that he does not want them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "gateway_parts.h"
#include "json_reader.h"
#include "limits.h"
#include "look.h"

enum { NO_CONTENT = 204, WATCHED_MAX_MS = 24 * 3600 * 1000 };

/* A number as it stands: json_reader.h reads none. */
static bool read_number(struct json_reader *r, int64_t *out)
{
    const char *from = r->pos;

    json_reader_skip(r);
    return !r->wrong && str_to_i64(str_trim((struct str){from, (size_t)(r->pos - from)}), out);
}

/* {"video_id":7,"watched_ms":1200} */
static bool read_one(struct json_reader *r, struct video_seen *out)
{
    bool good = json_reader_enter(r, '{');

    while (json_reader_next(r)) {
        if (str_eq(r->name, STR("video_id")))
            good = read_number(r, &out->video_id) && good;
        else if (str_eq(r->name, STR("watched_ms")))
            good = read_number(r, &out->watched_ms) && good;
        else
            json_reader_skip(r);
    }
    return good && out->video_id > 0 && out->watched_ms >= 0 && out->watched_ms <= WATCHED_MAX_MS;
}

static bool read_all(struct ctx *c, struct str text, struct video_seen_list *out)
{
    struct json_reader r = {.arena = c->arena, .pos = text.ptr, .end = text.ptr + text.len};
    bool good = json_reader_enter(&r, '[');

    out->at = arena_array(c->arena, struct video_seen, SEEN_BATCH_MAX);
    while (good && json_reader_next(&r))
        good = out->count < SEEN_BATCH_MAX && read_one(&r, &out->at[out->count++]);
    return good && json_reader_done(&r);
}

/* POST /api/v1/seen : a beacon, of which nobody reads the answer. */
struct err *viewer_seen(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_mark_seen_req ask = {.viewer_id = c->user_id};
    struct video_mark_seen_resp done;
    struct str items = http_param(req, STR("items"));

    if (!items.len || !read_all(c, items, &ask.seen))
        return err_new(c, ERR_INVALID, "items must be a list of at most %d {video_id, watched_ms}",
                       SEEN_BATCH_MAX);
    TRY(video_mark_seen(g->deps.services.video, c, &ask, &done));
    reply->status = NO_CONTENT;
    return NULL;
}

/* POST /api/v1/videos/{id}/not_interested */
struct err *viewer_not_interested(void *self, struct ctx *c, const struct http_req *req,
                                  struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct video_unwant_req ask = {.viewer_id = c->user_id};
    int64_t author;
    struct video_unwant_resp done;

    TRY(gateway_path_id(c, req, &ask.video_id));
    look_require_video(look, ask.video_id, &author);
    TRY(look_join(look));
    look_require_author(look, author);
    TRY(look_join(look));
    TRY(video_unwant(g->deps.services.video, c, &ask, &done));
    envelope_ok(reply);
    return NULL;
}
