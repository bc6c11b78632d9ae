/* GET /media/... : the files of videos, whole or in ranges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <unistd.h>

#include "blob.h"
#include "conditional.h"
#include "envelope.h"
#include "gateway_parts.h"

enum { PARTIAL = 206, NOT_MODIFIED = 304, NOT_FOUND = 404, UNSATISFIABLE = 416 };

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

static void describe(struct http_reply *reply, const char *etag)
{
    http_reply_header(reply, "Content-Security-Policy", policy);
    http_reply_header(reply, "Cache-Control", "public, max-age=31536000, immutable");
    http_reply_header(reply, "ETag", etag);
    http_reply_header(reply, "Accept-Ranges", "bytes");
    http_reply_header(reply, "Access-Control-Allow-Origin", "*");
}

static void reply_whole(const struct blob_object *o, struct http_reply *reply)
{
    reply->has_file = true;
    reply->file.fd = o->fd;
    reply->file.length = o->size;
}

static void reply_part(struct ctx *c, const struct blob_object *o, struct range r,
                       struct http_reply *reply)
{
    reply->status = PARTIAL;
    reply->has_file = true;
    reply->file.fd = o->fd;
    reply->file.offset = r.first;
    reply->file.length = r.last - r.first + 1;
    http_reply_header(
        reply, "Content-Range",
        arena_printf(c->arena, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, r.first, r.last, o->size));
}

static void reply_unsatisfiable(struct ctx *c, const struct blob_object *o,
                                struct http_reply *reply)
{
    reply->status = UNSATISFIABLE;
    reply->type = NULL;
    http_reply_header(reply, "Content-Range", arena_printf(c->arena, "bytes */%" PRId64, o->size));
    close(o->fd);
}

static void reply_object(struct ctx *c, const struct http_req *req, const struct blob_object *o,
                         struct http_reply *reply)
{
    const char *etag = arena_printf(c->arena, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)o->size,
                                    (uint64_t)o->modified_ms);
    struct range r = conditional_range(req, str_of(etag), o->size);

    describe(reply, etag);
    if (conditional_has(req, str_of(etag))) {
        reply->status = NOT_MODIFIED;
        reply->type = NULL;
        close(o->fd);
    } else if (r.kind == RANGE_WHOLE) {
        reply_whole(o, reply);
    } else if (r.kind == RANGE_PART) {
        reply_part(c, o, r, reply);
    } else {
        reply_unsatisfiable(c, o, reply);
    }
}

struct err *media_file(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    struct gateway *g = self;
    struct blob_object object;
    const char *type = type_of(req->rest);

    if (!type || !str_starts(req->rest, STR("v/")))
        return missing(g, c, reply);
    struct err *e = blob_get(g->deps.blob, c, req->rest, &object);

    if (e && e->code == ERR_NOT_FOUND)
        return missing(g, c, reply);
    if (e)
        return e;
    reply->type = type;
    reply_object(c, req, &object, reply);
    return NULL;
}
