/* Objects as replies: whole, in part, or not at all because the client has them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "media_reply.h"

#include <inttypes.h>

#include "blob.h"
#include "conditional.h"

enum { PARTIAL = 206, NOT_MODIFIED = 304, UNSATISFIABLE = 416 };

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
    if (open)
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

struct err *media_reply_object(struct ctx *c, const struct http_req *req, bool open,
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
