/* Uploads: a piece counts when it is where the last one ended; a job takes away what is over. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_uploads.h"

#include <inttypes.h>

#include "bus.h"
#include "clock.h"
#include "limits.h"
#include "video_impl.h"
#include "video_upload_store.h"
#include "video_usage.h"

/* Who did not hear that it was published may ask for so long. */
enum { PUBLISHED_MS = 3600 * 1000 };

/* Of one upload: the sum of all that may be open is a number still. */
static const int64_t length_max = INT64_MAX / UPLOADS_OPEN_MAX / 2;

static struct err *look_later(struct video *self, struct ctx *c, int64_t id, int64_t expires_at)
{
    int64_t latest = clock_wall_ms() + BUS_LATER_MAX_MS;

    return bus_publish_at(self->bus, c, STR(VIDEO_SWEEP_TOPIC), id,
                          expires_at < latest ? expires_at : latest);
}

static struct err *look_now(struct video *self, struct ctx *c, int64_t id)
{
    return bus_publish_at(self->bus, c, STR(VIDEO_SWEEP_TOPIC), id, clock_wall_ms());
}

/* ---- beginning ---- */

struct begin_job {
    struct video *self;
    const struct video_begin_upload_req *req;
};

static struct err *claim_room(struct sql_tx *tx, struct ctx *c, const struct begin_job *job)
{
    const struct video_upload *u = job->req->upload;
    const struct video_wish wish = {.author_id = u->author_id, .bytes = u->length};
    int64_t count, bytes;

    TRY(video_usage_claim(tx, c, &job->self->quota, &wish));
    TRY(video_upload_store_open(tx, c, u->author_id, &count, &bytes));
    if (count >= UPLOADS_OPEN_MAX)
        return err_reason(c, ERR_PRECONDITION, "quota_used_up",
                          "at most %d uploads may be open at a time", UPLOADS_OPEN_MAX);
    return NULL;
}

static struct err *begin(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct begin_job *job = arg;
    const struct video_upload *u = job->req->upload;

    TRY(claim_room(tx, c, job));
    TRY(video_upload_store_add(tx, c, u));
    return look_later(job->self, c, u->id, u->expires_at);
}

struct err *video_uploads_begin(struct video_api *base, struct ctx *c,
                                const struct video_begin_upload_req *req,
                                struct video_begin_upload_resp *resp)
{
    struct begin_job job = {video_of(base), req};

    (void)resp;
    if (!req->upload || req->upload->length <= 0 || req->upload->length > length_max ||
        req->upload->metadata.len > UPLOAD_METADATA_MAX)
        return err_new(c, ERR_INVALID, "an upload that cannot be");
    return sql_write(job.self->db, c, begin, &job);
}

/* ---- reading ---- */

struct get_job {
    const struct video_get_upload_req *req;
    struct video_upload found;
};

static struct err *get(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct get_job *job = arg;

    return video_upload_store_get(tx, c, job->req->author_id, job->req->id, &job->found);
}

static struct err *get_with_parts(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct get_job *job = arg;

    TRY(get(tx, c, arg));
    return video_upload_store_parts(tx, c, &job->found);
}

struct err *video_uploads_get(struct video_api *base, struct ctx *c,
                              const struct video_get_upload_req *req,
                              struct video_get_upload_resp *resp)
{
    struct get_job job = {.req = req};
    struct sql *db = video_of(base)->db;

    TRY(req->with_parts ? sql_read(db, c, get_with_parts, &job) : sql_read_one(db, c, get, &job));
    resp->upload = arena_new(c->arena, struct video_upload);
    *resp->upload = job.found;
    return NULL;
}

/* ---- a piece ---- */

struct part_job {
    struct video *self;
    const struct video_add_part_req *req;
};

static struct err *check_part(struct ctx *c, const struct video_upload *u,
                              const struct video_upload_part *part)
{
    if (part->start != u->received || u->video_id)
        return err_reason(c, ERR_PRECONDITION, "wrong_offset",
                          "the upload stands at %" PRId64 ", not at %" PRId64, u->received,
                          part->start);
    if (part->bytes <= 0 || part->bytes > u->length - part->start)
        return err_reason(c, ERR_INVALID, "too_large", "the upload is %" PRId64 " bytes long",
                          u->length);
    if (u->part_count >= UPLOAD_PARTS_MAX)
        return err_reason(c, ERR_INVALID, "too_large", "an upload has at most %d pieces",
                          UPLOAD_PARTS_MAX);
    return NULL;
}

static struct err *add_part(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct part_job *job = arg;
    struct video_upload u;

    TRY(video_upload_store_lock(tx, c, job->req->author_id, job->req->id, &u));
    TRY(check_part(c, &u, job->req->part));
    return video_upload_store_add_part(tx, c, &u, job->req->part);
}

struct err *video_uploads_add_part(struct video_api *base, struct ctx *c,
                                   const struct video_add_part_req *req,
                                   struct video_add_part_resp *resp)
{
    struct part_job job = {video_of(base), req};

    (void)resp;
    if (!req->part)
        return err_new(c, ERR_INVALID, "a piece that is none");
    return sql_write(job.self->db, c, add_part, &job);
}

/* ---- its end ---- */

struct end_job {
    struct video *self;
    const struct video_end_upload_req *req;
};

static struct err *end(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct end_job *job = arg;
    struct video_upload u;

    TRY(video_upload_store_lock(tx, c, job->req->author_id, job->req->id, &u));
    TRY(video_upload_store_remove(tx, c, u.author_id, u.id));
    return look_now(job->self, c, u.id);
}

struct err *video_uploads_end(struct video_api *base, struct ctx *c,
                              const struct video_end_upload_req *req,
                              struct video_end_upload_resp *resp)
{
    struct end_job job = {video_of(base), req};

    (void)resp;
    return sql_write(job.self->db, c, end, &job);
}

struct err *video_uploads_claim(struct sql_tx *tx, struct ctx *c, struct video_upload *u)
{
    TRY(video_upload_store_lock(tx, c, u->author_id, u->id, u));
    if (!u->video_id && u->received < u->length)
        return err_reason(c, ERR_PRECONDITION, "upload_not_whole",
                          "%" PRId64 " of %" PRId64 " bytes have come", u->received, u->length);
    return NULL;
}

struct err *video_uploads_became(struct video *self, struct sql_tx *tx, struct ctx *c,
                                 const struct video_upload *u, int64_t video)
{
    TRY(video_upload_store_publish(tx, c, u, video, clock_wall_ms() + PUBLISHED_MS));
    return look_now(self, c, u->id);
}

/* ---- what is over ---- */

struct sweep_job {
    struct video *self;
    int64_t id;
    bool has_parts;
};

/* The rows first: whoever publishes it now is late, and his transaction finds none. */
static struct err *sweep(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sweep_job *job = arg;
    struct video_upload u;
    int64_t author;

    job->has_parts = false;
    TRY(video_upload_store_owner(tx, c, job->id, &author));
    if (!author)
        return NULL;
    struct err *e = video_upload_store_lock(tx, c, author, job->id, &u);

    if (e)
        return e->code == ERR_NOT_FOUND ? NULL : e;
    if (u.expires_at <= clock_wall_ms())
        return video_upload_store_remove(tx, c, author, job->id);
    job->has_parts = u.video_id == 0;
    return look_later(job->self, c, job->id, u.expires_at);
}

struct err *video_uploads_sweep(struct video_api *base, struct ctx *c,
                                const struct video_sweep_req *req, struct video_sweep_resp *resp)
{
    struct sweep_job job = {.self = video_of(base), .id = video_sweep_key(req->asset)};
    const struct video_find_asset_req ask = {.asset = req->asset};
    struct video_find_asset_resp found = {0};

    TRY(video_find_asset(base, c, &ask, &found));
    TRY(sql_write(job.self->db, c, sweep, &job));
    *resp = (struct video_sweep_resp){.has_video = found.id != 0, .has_parts = job.has_parts};
    return NULL;
}
