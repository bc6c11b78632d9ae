/* The favorite service: likes are idempotent, and told as facts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "changes.h"
#include "clock.h"
#include "favorite.h"
#include "favorite_store.h"
#include "limits.h"
#include "lookup.h"

struct favorite {
    struct favorite_api base; /* first */
    struct sql *db;           /* borrowed, as are the others */
    struct changes *changes;
    struct video_api *videos;
    struct user_api *users;
};

static struct favorite *of(struct favorite_api *base)
{
    return (struct favorite *)base;
}

struct set_job {
    struct favorite *self;
    const struct favorite_set_req *req;
    struct favorite_mark *mark;
    bool changed;
};

static struct err *set_mark(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct set_job *job = arg;

    TRY(job->req->liked ? favorite_store_add(tx, c, job->mark, &job->changed)
                        : favorite_store_remove(tx, c, job->mark, &job->changed));
    if (!job->changed)
        return NULL;
    struct change change = {.type = &favorite_mark_type,
                            .op = job->req->liked ? CHANGE_INSERT : CHANGE_DELETE,
                            .row = job->mark};

    return changes_emit(job->self->changes, tx, c, &change);
}

static struct err *set(struct favorite_api *base, struct ctx *c, const struct favorite_set_req *req,
                       struct favorite_set_resp *resp)
{
    struct set_job job = {of(base), req, arena_new(c->arena, struct favorite_mark), false};

    *job.mark = (struct favorite_mark){
        .user_id = req->user_id, .video_id = req->video_id, .created_at = clock_wall_ms()};
    TRY(lookup_author(job.self->videos, job.self->users, c, req->user_id, req->video_id,
                      &job.mark->author_id));
    TRY(changes_write(job.self->changes, job.self->db, c, set_mark, &job));
    resp->changed = job.changed;
    return NULL;
}

struct list_job {
    const struct favorite_list_req *req;
    struct favorite_list_resp found;
};

static struct err *read_list(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;

    return favorite_store_list(tx, c, job->req, &job->found);
}

static struct err *list(struct favorite_api *base, struct ctx *c,
                        const struct favorite_list_req *req, struct favorite_list_resp *resp)
{
    struct list_job job = {.req = req};

    TRY(sql_read_of(of(base)->db, c, req->user_id, read_list, &job));
    *resp = job.found;
    return NULL;
}

struct flags_job {
    const struct favorite_are_liked_req *req;
    struct bool_list liked;
};

static struct err *read_flags(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct flags_job *job = arg;

    return favorite_store_have(tx, c, job->req->viewer_id, job->req->video_ids, job->liked.at);
}

static struct err *are_liked(struct favorite_api *base, struct ctx *c,
                             const struct favorite_are_liked_req *req,
                             struct favorite_are_liked_resp *resp)
{
    size_t count = req->video_ids.count;
    struct flags_job job = {.req = req, .liked = {arena_array(c->arena, bool, count), count}};

    if (count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", count, IDS_MAX);
    TRY(sql_read_one(of(base)->db, c, read_flags, &job));
    resp->liked = job.liked;
    return NULL;
}

struct all_job {
    const struct favorite_list_all_req *req;
    struct favorite_mark_list found;
};

static struct err *read_all(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct all_job *job = arg;

    return favorite_store_after(tx, c, job->req->user_id, job->req->after, job->req->limit,
                                &job->found);
}

static struct err *list_all(struct favorite_api *base, struct ctx *c,
                            const struct favorite_list_all_req *req,
                            struct favorite_list_all_resp *resp)
{
    struct all_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_all, &job));
    resp->marks = job.found;
    return NULL;
}

/* ---- the end of an account ---- */

struct forget_job {
    struct favorite *self;
    int64_t user;
    bool more;
};

static struct err *forget_some(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct forget_job *job = arg;
    struct favorite_mark_list some;
    bool changed;

    TRY(favorite_store_after(tx, c, job->user, 0, FORGET_BATCH, &some));
    job->more = some.count == FORGET_BATCH;
    for (size_t i = 0; i < some.count; i++) {
        TRY(favorite_store_remove(tx, c, &some.at[i], &changed));
        if (changed)
            TRY(changes_emit(job->self->changes, tx, c,
                             &(struct change){&favorite_mark_type, CHANGE_DELETE, &some.at[i]}));
    }
    return NULL;
}

static struct err *forget(struct favorite_api *base, struct ctx *c,
                          const struct favorite_forget_req *req, struct favorite_forget_resp *resp)
{
    struct forget_job job = {.self = of(base), .user = req->user_id};

    TRY(sql_write(job.self->db, c, forget_some, &job));
    resp->more = job.more;
    return NULL;
}

static const struct favorite_api_ops ops = {
    .set = set, .list = list, .are_liked = are_liked, .list_all = list_all, .forget = forget};

struct favorite_api *favorite_create(struct sql *db, struct changes *changes,
                                     struct video_api *videos, struct user_api *users)
{
    struct favorite *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct favorite){{&ops}, db, changes, videos, users};
    return &self->base;
}

void favorite_destroy(struct favorite_api *self)
{
    free(self);
}
