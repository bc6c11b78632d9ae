/* GET /media/... : files of videos and pictures of profiles, whole or in ranges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "blob.h"
#include "conditional.h"
#include "envelope.h"
#include "gateway_parts.h"
#include "media_gate.h"

enum {
    PARTIAL = 206,
    NOT_MODIFIED = 304,
    TEMPORARY_REDIRECT = 307,
    NOT_FOUND = 404,
    UNSATISFIABLE = 416
};

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

/* A file is shown and nothing else, whatever its bytes could also be taken for. */
static const char policy[] =
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'";

static void describe(struct http_reply *reply, const char *etag, bool open)
{
    http_reply_header(reply, "Content-Security-Policy", policy);
    http_reply_header(reply, "Cache-Control",
                      open ? "public, max-age=31536000, immutable" : "private, no-store");
    http_reply_header(reply, "ETag", etag);
    http_reply_header(reply, "Accept-Ranges", "bytes");
    http_reply_header(reply, "Access-Control-Allow-Origin", "*");
}

/* ---- bytes that come from a store while they are sent ---- */

struct media_stream {
    struct http_stream base; /* first */
    struct blob_view *view;
    int64_t first;
};

static int64_t stream_read(struct http_stream *base, int64_t at, char *into, size_t room)
{
    struct media_stream *s = (struct media_stream *)base;

    return blob_view_read(s->view, s->first + at, into, room);
}

static void stream_wait(struct http_stream *base, int64_t at, void (*wake)(void *arg), void *arg)
{
    struct media_stream *s = (struct media_stream *)base;

    blob_view_wait(s->view, s->first + at, wake, arg);
}

static void stream_end(struct http_stream *base)
{
    blob_view_close(((struct media_stream *)base)->view);
}

/* ---- what of it is sent ---- */

static void send_file(int fd, int64_t first, int64_t length, struct http_reply *reply)
{
    reply->has_file = true;
    reply->file.fd = fd;
    reply->file.offset = first;
    reply->file.length = length;
}

/* Until the reply is over the view is the stream's. */
static void send_stream(struct ctx *c, struct blob_view *view, int64_t first, int64_t length,
                        struct http_reply *reply)
{
    struct media_stream *s = arena_new(c->arena, struct media_stream);

    *s = (struct media_stream){
        .base = {.read = stream_read, .wait = stream_wait, .end = stream_end, .length = length},
        .view = view,
        .first = first};
    reply->stream = &s->base;
}

/* *view is NULL when it has been handed on. For a head nothing is asked for. */
static struct err *reply_bytes(struct ctx *c, bool head, struct blob_view **view, int64_t first,
                               int64_t length, struct http_reply *reply)
{
    int fd = -1;

    if (length == 0)
        return NULL;
    if (!head)
        TRY(blob_view_ask(*view, c, first, length, &fd));
    if (fd >= 0) {
        send_file(fd, first, length, reply);
        return NULL;
    }
    send_stream(c, *view, first, length, reply);
    *view = NULL;
    return NULL;
}

static void say_part(struct ctx *c, int64_t size, struct range r, struct http_reply *reply)
{
    reply->status = PARTIAL;
    http_reply_header(
        reply, "Content-Range",
        arena_printf(c->arena, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, r.first, r.last, size));
}

static void reply_unsatisfiable(struct ctx *c, int64_t size, struct http_reply *reply)
{
    reply->status = UNSATISFIABLE;
    reply->type = NULL;
    http_reply_header(reply, "Content-Range", arena_printf(c->arena, "bytes */%" PRId64, size));
}

static struct err *reply_object(struct ctx *c, const struct http_req *req, bool open,
                                struct blob_view **view, struct http_reply *reply)
{
    struct blob_info info = blob_view_info(*view);
    const char *etag =
        arena_printf(c->arena, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)info.size, info.version);
    struct range r = conditional_range(req, str_of(etag), info.size);

    describe(reply, etag, open);
    if (conditional_has(req, str_of(etag))) {
        reply->status = NOT_MODIFIED;
        reply->type = NULL;
        return NULL;
    }
    if (r.kind == RANGE_WHOLE)
        return reply_bytes(c, req->head, view, 0, info.size, reply);
    if (r.kind == RANGE_PART) {
        say_part(c, info.size, r, reply);
        return reply_bytes(c, req->head, view, r.first, r.last - r.first + 1, reply);
    }
    reply_unsatisfiable(c, info.size, reply);
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
        e = reply_object(c, req, open, &view, reply);
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
