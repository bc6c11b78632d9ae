/* The relation service: follows are idempotent, and told as facts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "changes.h"
#include "clock.h"
#include "limits.h"
#include "lookup.h"
#include "relation.h"
#include "relation_store.h"

struct relation {
    struct relation_api base; /* first */
    struct sql *db;           /* borrowed, as are the others */
    struct changes *changes;
    struct user_api *users;
};

static struct relation *of(struct relation_api *base)
{
    return (struct relation *)base;
}

struct set_job {
    struct relation *self;
    const struct relation_set_req *req;
    bool changed;
};

static struct err *set_edge(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct set_job *job = arg;
    struct relation_edge *edge = arena_new(c->arena, struct relation_edge);

    *edge = (struct relation_edge){job->req->user_id, job->req->target_id, clock_wall_ms()};
    TRY(job->req->following ? relation_store_add(tx, c, edge, &job->changed)
                            : relation_store_remove(tx, c, edge, &job->changed));
    if (!job->changed)
        return NULL;
    struct change change = {.type = &relation_edge_type,
                            .op = job->req->following ? CHANGE_INSERT : CHANGE_DELETE,
                            .row = edge};

    return changes_emit(job->self->changes, tx, c, &change);
}

static struct err *set(struct relation_api *base, struct ctx *c, const struct relation_set_req *req,
                       struct relation_set_resp *resp)
{
    struct set_job job = {.self = of(base), .req = req};

    if (req->user_id == req->target_id)
        return err_reason(c, ERR_INVALID, "self_follow", "you cannot follow yourself");
    TRY(lookup_user(job.self->users, c, req->target_id));
    TRY(changes_write(job.self->changes, job.self->db, c, set_edge, &job));
    resp->changed = job.changed;
    return NULL;
}

struct list_job {
    relation_store_lister *lister;
    const struct relation_list_req *req;
    struct relation_list_resp found;
};

static struct err *read_list(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;

    return job->lister(tx, c, job->req, &job->found);
}

static struct err *list(struct relation_api *base, struct ctx *c, struct list_job *job,
                        struct relation_list_resp *resp)
{
    TRY(sql_read_one(of(base)->db, c, read_list, job));
    *resp = job->found;
    return NULL;
}

static struct err *list_following(struct relation_api *base, struct ctx *c,
                                  const struct relation_list_req *req,
                                  struct relation_list_resp *resp)
{
    struct list_job job = {.lister = relation_store_following, .req = req};

    TRY(sql_read_of(of(base)->db, c, req->user_id, read_list, &job));
    *resp = job.found;
    return NULL;
}

static struct err *list_followers(struct relation_api *base, struct ctx *c,
                                  const struct relation_list_req *req,
                                  struct relation_list_resp *resp)
{
    return list(base, c, &(struct list_job){.lister = relation_store_followers, .req = req}, resp);
}

static struct err *list_friends(struct relation_api *base, struct ctx *c,
                                const struct relation_list_req *req,
                                struct relation_list_resp *resp)
{
    return list(base, c, &(struct list_job){.lister = relation_store_friends, .req = req}, resp);
}

struct flags_job {
    const struct relation_are_followed_req *req;
    struct bool_list followed;
};

static struct err *read_flags(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct flags_job *job = arg;

    return relation_store_have(tx, c, job->req->viewer_id, job->req->user_ids, job->followed.at);
}

static struct err *are_followed(struct relation_api *base, struct ctx *c,
                                const struct relation_are_followed_req *req,
                                struct relation_are_followed_resp *resp)
{
    size_t count = req->user_ids.count;
    struct flags_job job = {.req = req, .followed = {arena_array(c->arena, bool, count), count}};

    if (count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", count, IDS_MAX);
    TRY(sql_read_one(of(base)->db, c, read_flags, &job));
    resp->followed = job.followed;
    return NULL;
}

static const struct relation_api_ops ops = {
    .set = set,
    .list_following = list_following,
    .list_followers = list_followers,
    .list_friends = list_friends,
    .are_followed = are_followed,
};

struct relation_api *relation_create(struct sql *db, struct changes *changes,
                                     struct user_api *users)
{
    struct relation *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct relation){{&ops}, db, changes, users};
    return &self->base;
}

void relation_destroy(struct relation_api *self)
{
    free(self);
}
