/* tus: headers read and written, and the table of its statuses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tus.h"

#include <inttypes.h>
#include <time.h>

#include "clock.h"
#include "limits.h"
#include "media_key.h"

static const char version[] = "1.0.0";

static const struct {
    const char *reason;
    int status;
} by_reason[] = {
    {"upload_not_found", 404},  {"wrong_offset", 409},  {"tus_version", 412},
    {"too_large", 413},         {"quota_used_up", 413}, {"wrong_type", 415},
    {"checksum_mismatch", 460},
};

static const struct {
    enum err_code code;
    int status;
} by_code[] = {
    {ERR_INVALID, 400}, {ERR_UNAUTHENTICATED, 401}, {ERR_FORBIDDEN, 403}, {ERR_INTERNAL, 500}};

static bool is_ours(const struct http_route *route)
{
    return route && (route->handle == tus_create || route->handle == tus_look ||
                     route->handle == tus_append || route->handle == tus_end);
}

int tus_status(const struct http_route *route, const struct err *e)
{
    if (!is_ours(route))
        return 0;
    for (size_t i = 0; e->reason && i < COUNT(by_reason); i++)
        if (strcmp(by_reason[i].reason, e->reason) == 0)
            return by_reason[i].status;
    for (size_t i = 0; i < COUNT(by_code); i++)
        if (by_code[i].code == e->code && (!e->reason || e->code == ERR_UNAUTHENTICATED))
            return by_code[i].status;
    return 0;
}

struct err *tus_check_version(struct ctx *c, const struct http_req *req)
{
    return str_eq(req->headers[HTTP_TUS_RESUMABLE], str_of(version))
               ? NULL
               : err_reason(c, ERR_PRECONDITION, "tus_version", "Tus-Resumable must be %s",
                            version);
}

struct err *tus_number(struct ctx *c, const struct http_req *req, enum http_header header,
                       const char *name, int64_t *out)
{
    struct str text = req->headers[header];
    bool digits = text.len > 0;

    for (size_t i = 0; i < text.len; i++)
        digits = digits && text.ptr[i] >= '0' && text.ptr[i] <= '9';
    return digits && str_to_i64(text, out)
               ? NULL
               : err_new(c, ERR_INVALID, "the header %s must be a whole number", name);
}

/* Only as tus_name() writes it: an upload has one address. */
struct err *tus_path_id(struct ctx *c, const struct http_req *req, int64_t *out)
{
    struct str name = req->rest;
    uint64_t id = 0;

    if (str_ends(name, STR("/")))
        name.len--;
    bool good = name.len == MEDIA_ASSET_LEN;

    for (size_t i = 0; good && i < name.len; i++) {
        char d = name.ptr[i];

        good = (d >= '0' && d <= '9') || (d >= 'a' && d <= 'f');
        id = id << 4 | (uint64_t)(d <= '9' ? d - '0' : d - 'a' + 10);
    }
    if (!good || id == 0 || id > INT64_MAX)
        return err_reason(c, ERR_NOT_FOUND, "upload_not_found", "no such upload");
    *out = (int64_t)id;
    return NULL;
}

struct err *tus_metadata(struct ctx *c, const struct http_req *req, struct str *out)
{
    struct str text = req->headers[HTTP_UPLOAD_METADATA];

    if (text.len > UPLOAD_METADATA_MAX)
        return err_reason(c, ERR_INVALID, "too_large", "Upload-Metadata is longer than %d bytes",
                          UPLOAD_METADATA_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return err_new(c, ERR_INVALID, "Upload-Metadata holds what is not printable ASCII");
    *out = text;
    return NULL;
}

struct str tus_name(struct arena *a, int64_t id)
{
    return arena_str(a, "%016" PRIx64, (uint64_t)id);
}

void tus_reply(struct http_reply *reply, int status)
{
    reply->status = status;
    http_reply_header(reply, "Tus-Resumable", version);
    http_reply_header(reply, "Cache-Control", "no-store");
}

static const char *date(struct ctx *c, int64_t at_ms)
{
    enum { ROOM = 40 };
    time_t at = (time_t)(at_ms / CLOCK_MS_PER_S);
    char *text = arena_bytes(c->arena, ROOM);
    struct tm tm;

    (void)strftime(text, ROOM, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &tm));
    return text;
}

void tus_tell(struct ctx *c, const struct video_upload *u, struct http_reply *reply)
{
    http_reply_header(reply, "Upload-Offset", arena_printf(c->arena, "%" PRId64, u->received));
    http_reply_header(reply, "Upload-Expires", date(c, u->expires_at));
}
