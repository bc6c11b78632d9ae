/* /api/v1/uploads : uploads in pieces that go on after a cut, by tus 1.0 (https://tus.io). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#include "blob.h"
#include "clock.h"
#include "envelope.h"
#include "page.h"
#include "tus.h"
#include "tus_file.h"
#include "uploads.h"

enum { CREATED = 201, NO_CONTENT = 204 };

/* What is over by the clock is no more, whether it was swept or not. */
static struct err *find(struct gateway *g, struct ctx *c, const struct http_req *req, bool parts,
                        struct video_upload *out)
{
    struct video_get_upload_req ask = {.author_id = c->user_id, .with_parts = parts};
    struct video_get_upload_resp found = {0};

    TRY(tus_path_id(c, req, &ask.id));
    TRY(video_get_upload(g->deps.services.video, c, &ask, &found));
    if (found.upload->expires_at <= clock_wall_ms())
        return err_reason(c, ERR_NOT_FOUND, "upload_not_found", "the time of the upload is over");
    *out = *found.upload;
    return NULL;
}

/* ---- creation ---- */

static int64_t new_id(void)
{
    uint64_t id = 0;

    while (id == 0) {
        if (getrandom(&id, sizeof(id), 0) != sizeof(id))
            abort();
        id &= INT64_MAX;
    }
    return (int64_t)id;
}

static struct err *check_length(struct gateway *g, struct ctx *c, int64_t length)
{
    int64_t max = atomic_load(&g->upload_max);

    if (length > max)
        return err_reason(c, ERR_INVALID, "too_large",
                          "an upload has at most %" PRId64 " bytes (upload.max_bytes)", max);
    return length > 0 ? NULL : err_new(c, ERR_INVALID, "an upload has at least one byte");
}

/* POST /api/v1/uploads */
struct err *tus_create(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_upload upload = {.author_id = c->user_id, .id = new_id()};
    const struct video_begin_upload_req ask = {.upload = &upload};
    struct video_begin_upload_resp done;

    TRY(tus_check_version(c, req));
    TRY(tus_number(c, req, HTTP_UPLOAD_LENGTH, "Upload-Length", &upload.length));
    TRY(check_length(g, c, upload.length));
    TRY(tus_metadata(c, req, &upload.metadata));
    upload.expires_at = clock_wall_ms() + g->options.media.lifetime_ms;
    TRY(video_begin_upload(g->deps.services.video, c, &ask, &done));
    struct str name = tus_name(c->arena, upload.id);
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"upload_id\":\"");
    json_raw(&j, name);
    json_lit(&j, "\"");
    envelope_end(&j, reply);
    tus_reply(reply, CREATED);
    tus_tell(c, &upload, reply);
    http_reply_header(reply, "Location",
                      arena_printf(c->arena, "/api/v1/uploads/" STR_FMT, STR_ARG(name)));
    return NULL;
}

/* ---- where it stands ---- */

/* GET and HEAD /api/v1/uploads/{id} */
struct err *tus_look(void *self, struct ctx *c, const struct http_req *req,
                     struct http_reply *reply)
{
    struct video_upload u = {0};

    TRY(tus_check_version(c, req));
    TRY(find(self, c, req, false, &u));
    envelope_ok(reply);
    tus_reply(reply, 0);
    tus_tell(c, &u, reply);
    http_reply_header(reply, "Upload-Length", arena_printf(c->arena, "%" PRId64, u.length));
    if (u.metadata.len)
        http_reply_header(reply, "Upload-Metadata", arena_copy(c->arena, u.metadata).ptr);
    return NULL;
}

/* ---- a piece ---- */

static struct err *check_piece(struct ctx *c, const struct http_req *req,
                               const struct video_upload *u, int64_t offset)
{
    if (!str_eq_nocase(req->headers[HTTP_CONTENT_TYPE], STR("application/offset+octet-stream")))
        return err_reason(c, ERR_INVALID, "wrong_type",
                          "Content-Type must be application/offset+octet-stream");
    if (offset != u->received || u->video_id)
        return err_reason(c, ERR_PRECONDITION, "wrong_offset",
                          "the upload stands at %" PRId64 ", not at %" PRId64, u->received, offset);
    if (req->upload && req->upload->size > u->length - offset)
        return err_reason(c, ERR_INVALID, "too_large", "the upload is %" PRId64 " bytes long",
                          u->length);
    return NULL;
}

/* The bytes are durable before they count. */
static struct err *add(struct gateway *g, struct ctx *c, const struct http_req *req,
                       struct video_upload *u)
{
    const struct http_upload *file = req->upload;

    if (!file || !file->size)
        return NULL;
    TRY(tus_file_check(c, req->headers[HTTP_UPLOAD_CHECKSUM], file));
    struct video_upload_part part = {.start = u->received, .bytes = file->size};
    const struct video_add_part_req ask = {.author_id = c->user_id, .id = u->id, .part = &part};
    struct video_add_part_resp done;

    TRY(uploads_check_room(g, c));
    TRY(tus_file_keep(g, c, u->id, file, &part.name));
    struct err *e = video_add_part(g->deps.services.video, c, &ask, &done);

    if (e && e->code != ERR_UNAVAILABLE && e->code != ERR_TIMEOUT) /* it was not added, surely */
        tus_file_forget(g, c, u->id, part.name);
    if (!e)
        u->received += part.bytes;
    return e;
}

/* PATCH /api/v1/uploads/{id} */
struct err *tus_append(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    struct video_upload u = {0};
    int64_t offset = 0;

    TRY(tus_check_version(c, req));
    TRY(tus_number(c, req, HTTP_UPLOAD_OFFSET, "Upload-Offset", &offset));
    TRY(find(self, c, req, false, &u));
    TRY(check_piece(c, req, &u, offset));
    TRY(add(self, c, req, &u));
    tus_reply(reply, NO_CONTENT);
    tus_tell(c, &u, reply);
    return NULL;
}

/* ---- its end ---- */

/* DELETE /api/v1/uploads/{id} */
struct err *tus_end(void *self, struct ctx *c, const struct http_req *req, struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_end_upload_req ask = {.author_id = c->user_id};
    struct video_end_upload_resp done;

    TRY(tus_check_version(c, req));
    TRY(tus_path_id(c, req, &ask.id));
    TRY(video_end_upload(g->deps.services.video, c, &ask, &done));
    tus_reply(reply, NO_CONTENT);
    return NULL;
}

static struct err *join_and_publish(struct gateway *g, struct ctx *c, const struct video_upload *u,
                                    struct video_publish_req *video,
                                    struct video_publish_resp *done)
{
    struct str scratch = {0};
    struct http_upload whole;

    TRY(uploads_check_room(g, c));
    struct err *e = tus_file_join(g, c, u, &scratch, &whole);

    if (!e)
        e = uploads_publish(g, c, &whole, video, done);
    if (scratch.len)
        blob_scratch_remove(scratch);
    return e;
}

static struct err *publish(struct gateway *g, struct ctx *c, const struct video_upload *u,
                           struct str title, int64_t *video)
{
    struct video_publish_req ask = {
        .author_id = c->user_id, .title = title, .bytes = u->length, .upload_id = u->id};
    struct video_publish_resp done = {.id = u->video_id};

    if (!u->video_id && u->received < u->length)
        return err_reason(c, ERR_PRECONDITION, "upload_not_whole",
                          "%" PRId64 " of %" PRId64 " bytes have come", u->received, u->length);
    if (!u->video_id)
        TRY(join_and_publish(g, c, u, &ask, &done));
    *video = done.id;
    return NULL;
}

/* Of two who publish it at once the slower may find its pieces gone: they are that video now. */
static struct err *became(struct gateway *g, struct ctx *c, const struct http_req *req,
                          struct err *gone, int64_t *video)
{
    struct video_upload u = {0};

    TRY(find(g, c, req, false, &u));
    *video = u.video_id;
    return u.video_id ? NULL : gone;
}

/* POST /api/v1/uploads/{id}/publish : asked again, it answers with the same video. */
struct err *tus_publish(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_upload u = {0};
    struct video_get_media_req ask;
    struct video_get_media_resp media = {0};
    struct str title;

    TRY(uploads_title(c, req, &title));
    TRY(find(g, c, req, true, &u));
    struct err *e = publish(g, c, &u, title, &ask.id);

    TRY(e && e->code == ERR_NOT_FOUND ? became(g, c, req, e, &ask.id) : e);
    TRY(video_get_media(g->deps.services.video, c, &ask, &media));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"video_id\":");
    json_int(&j, ask.id);
    json_lit(&j, ",\"state\":\"");
    json_raw(&j, str_of(page_state(media.state)));
    json_lit(&j, "\"");
    envelope_end(&j, reply);
    return NULL;
}
