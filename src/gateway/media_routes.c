/* GET /media/... : the files of videos, whole or in ranges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <unistd.h>

#include "blob.h"
#include "envelope.h"
#include "gateway_parts.h"
#include "range.h"

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

/* A range of what the client has another version of is no use to it (RFC 9110, section 13.1.5). */
static struct range range_of(const struct http_req *req, const char *etag, int64_t size)
{
    struct str condition = req->headers[HTTP_IF_RANGE];

    if (condition.len && !str_eq(condition, str_of(etag)))
        return (struct range){RANGE_WHOLE, 0, 0};
    return range_parse(req->headers[HTTP_RANGE], size);
}

/* RFC 9110, section 13.1.2: a list of tags, weak ones too, or "*". */
static bool client_has(struct str list, const char *etag)
{
    while (list.len) {
        struct str tag = str_trim(str_cut(&list, ','));

        if (str_starts(tag, STR("W/")))
            tag = str_from(tag, 2);
        if (str_eq(tag, str_of(etag)) || str_eq(tag, STR("*")))
            return true;
    }
    return false;
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
    struct range r = range_of(req, etag, o->size);

    describe(reply, etag);
    if (client_has(req->headers[HTTP_IF_NONE_MATCH], etag)) {
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
