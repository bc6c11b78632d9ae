/* GET /media/... : files of videos and pictures of profiles, whole or in ranges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"
#include "envelope.h"
#include "gateway_parts.h"
#include "media_gate.h"
#include "media_reply.h"

enum { TEMPORARY_REDIRECT = 307, NOT_FOUND = 404 };

/* What may be served, by the end of its name; all else (the upload itself) does not exist here. */
static const struct {
    struct str end;
    const char *type;
} types[] = {
    {STR_INIT(".mp4"), "video/mp4"},   {STR_INIT(".webm"), "video/webm"},
    {STR_INIT(".jpg"), "image/jpeg"},  {STR_INIT(".m3u8"), "application/vnd.apple.mpegurl"},
    {STR_INIT(".webp"), "image/webp"},
};

static const char *type_of(struct str key)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (str_ends(key, types[i].end))
            return types[i].type;
    return NULL;
}

/* Not yet, or never: either way nobody shall remember it. */
static struct err *missing(struct gateway *g, struct ctx *c, struct http_reply *reply)
{
    envelope_fail(g, c, NULL, NOT_FOUND, err_new(c, ERR_NOT_FOUND, "no such file (yet)"), reply);
    http_reply_header(reply, "Cache-Control", "no-store");
    http_reply_header(reply, "Retry-After", "2");
    return NULL;
}

/* ---- who sends it ---- */

/* A link is to one object, and to GET alone. What a playlist names stands beside it, so it is ours.
 */
static bool is_linked(struct gateway *g, struct ctx *c, struct str key, const char *type,
                      struct http_reply *reply)
{
    int valid_s = 0;

    if (str_ends(key, STR(".m3u8")))
        return false;
    struct str url = blob_link(g->deps.blob, c, key, type, &valid_s);

    if (!url.len)
        return false;
    reply->status = TEMPORARY_REDIRECT;
    http_reply_header(reply, "Location", url.ptr);
    http_reply_header(reply, "Cache-Control",
                      arena_printf(c->arena, "public, max-age=%d", valid_s));
    http_reply_header(reply, "Access-Control-Allow-Origin", "*");
    return true;
}

#define OF_VIDEOS "v/"
#define OF_PROFILES "u/" /* pictures: everybody sees them */

/* *open: to everybody; else to whom it is alone, and he asks. */
static struct err *may_get(struct gateway *g, struct ctx *c, const struct http_req *req, bool *may,
                           bool *open)
{
    int64_t only = 0;

    if (str_starts(req->rest, STR(OF_VIDEOS)))
        TRY(media_gate_ask(g->media_gate, c, req->rest, &only));
    if (only)
        TRY(gateway_viewer(g, c, req));
    *open = !only;
    *may = !only || only == c->user_id;
    return NULL;
}

static struct err *send(struct gateway *g, struct ctx *c, const struct http_req *req, bool open,
                        struct http_reply *reply)
{
    const char *type = type_of(req->rest);
    struct blob_view *view = NULL;
    struct err *e = blob_view_open(g->deps.blob, c, req->rest, &view);

    if (e && e->code == ERR_NOT_FOUND)
        return missing(g, c, reply);
    if (e)
        return e;
    if (req->head || !open || !is_linked(g, c, req->rest, type, reply)) {
        reply->type = type;
        e = media_reply_object(c, req, open, &view, reply);
    }
    blob_view_close(view);
    return e;
}

struct err *media_file(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    struct gateway *g = self;
    bool may, open;

    if (!type_of(req->rest) ||
        !(str_starts(req->rest, STR(OF_VIDEOS)) || str_starts(req->rest, STR(OF_PROFILES))))
        return missing(g, c, reply);
    TRY(may_get(g, c, req, &may, &open));
    return may ? send(g, c, req, open, reply) : missing(g, c, reply);
}
