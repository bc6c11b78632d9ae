/* The relation service: follows and blocks are idempotent, and told as facts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "changes.h"
#include "clock.h"
#include "hidden_store.h"
#include "limits.h"
#include "lookup.h"
#include "relation.h"
#include "relation_forget.h"
#include "relation_store.h"
#include "report_api.h"

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

/* ---- who has to do with whom ---- */

static struct err *read_contact(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct relation_check_contact_req *req = arg;
    bool apart;

    TRY(hidden_store_apart(tx, c, req->user_id, req->other_id, &apart));
    return apart ? err_reason(c, ERR_FORBIDDEN, "blocked", "one of you has blocked the other")
                 : NULL;
}

static struct err *check_contact(struct relation_api *base, struct ctx *c,
                                 const struct relation_check_contact_req *req,
                                 struct relation_check_contact_resp *resp)
{
    struct relation_check_contact_req copy = *req;

    (void)resp;
    return sql_read_one(of(base)->db, c, read_contact, &copy);
}

/* ---- following ---- */

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
    struct relation_check_contact_req contact = {req->user_id, req->target_id};

    if (req->user_id == req->target_id)
        return err_reason(c, ERR_INVALID, "self_follow", "you cannot follow yourself");
    TRY(lookup_user(job.self->users, c, req->target_id));
    if (req->following) /* before: the block may be a row of the other's piece */
        TRY(sql_read_one(job.self->db, c, read_contact, &contact));
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

/* ---- what is hidden ---- */

struct hidden_job {
    int64_t viewer;
    struct relation_hidden found;
};

static struct err *read_hidden(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct hidden_job *job = arg;

    return hidden_store_all(tx, c, job->viewer, &job->found);
}

static struct err *get_hidden(struct relation_api *base, struct ctx *c,
                              const struct relation_get_hidden_req *req,
                              struct relation_hidden *resp)
{
    struct hidden_job job = {.viewer = req->viewer_id};

    TRY(sql_read_one(of(base)->db, c, read_hidden, &job));
    *resp = job.found;
    return NULL;
}

static struct err *list_blocked(struct relation_api *base, struct ctx *c,
                                const struct relation_list_req *req,
                                struct relation_list_resp *resp)
{
    return list(base, c, &(struct list_job){.lister = hidden_store_blocked, .req = req}, resp);
}

/* ---- blocking ---- */

struct block_job {
    struct relation *self;
    const struct relation_set_block_req *req;
    bool changed;
};

static struct err *tell_wish(struct relation *self, struct sql_tx *tx, struct ctx *c,
                             enum change_op op, const struct relation_wish *wish)
{
    return changes_emit(self->changes, tx, c, &(struct change){&relation_wish_type, op, wish});
}

static struct err *end_follow(struct relation *self, struct sql_tx *tx, struct ctx *c, int64_t user,
                              int64_t target)
{
    struct relation_edge *edge = arena_new(c->arena, struct relation_edge);
    bool changed;

    *edge = (struct relation_edge){user, target, clock_wall_ms()};
    TRY(relation_store_remove(tx, c, edge, &changed));
    return changed ? changes_emit(self->changes, tx, c,
                                  &(struct change){&relation_edge_type, CHANGE_DELETE, edge})
                   : NULL;
}

static struct err *check_room(struct sql_tx *tx, struct ctx *c, int64_t user)
{
    int64_t count;

    TRY(hidden_store_count(tx, c, user, RELATION_USER, &count));
    return count <= BLOCKS_MAX ? NULL
                               : err_reason(c, ERR_PRECONDITION, "quota_used_up",
                                            "%d people are blocked, more cannot be", BLOCKS_MAX);
}

static struct err *add_block(struct sql_tx *tx, struct ctx *c, struct block_job *job,
                             const struct relation_wish *wish)
{
    TRY(hidden_store_add(tx, c, wish, &job->changed));
    if (!job->changed)
        return NULL;
    TRY(check_room(tx, c, wish->user_id));
    TRY(tell_wish(job->self, tx, c, CHANGE_INSERT, wish));
    return end_follow(job->self, tx, c, wish->user_id, wish->target_id);
}

static struct err *set_block(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct block_job *job = arg;
    struct relation_wish *wish = arena_new(c->arena, struct relation_wish);

    *wish = (struct relation_wish){job->req->user_id, RELATION_USER, job->req->target_id,
                                   clock_wall_ms()};
    if (job->req->blocked)
        return add_block(tx, c, job, wish);
    TRY(hidden_store_remove(tx, c, wish, &job->changed));
    return job->changed ? tell_wish(job->self, tx, c, CHANGE_DELETE, wish) : NULL;
}

/* The other's row is on another piece of a database that is cut, so it is a transaction of its
 * own; should nothing come of it, the next block of the same ends the follow. */
static struct err *end_their_follow(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct block_job *job = arg;

    return end_follow(job->self, tx, c, job->req->target_id, job->req->user_id);
}

static struct err *block(struct relation_api *base, struct ctx *c,
                         const struct relation_set_block_req *req,
                         struct relation_set_block_resp *resp)
{
    struct block_job job = {.self = of(base), .req = req};

    if (req->user_id == req->target_id)
        return err_new(c, ERR_INVALID, "you cannot block yourself");
    TRY(lookup_user(job.self->users, c, req->target_id));
    TRY(changes_write(job.self->changes, job.self->db, c, set_block, &job));
    if (req->blocked)
        TRY(changes_write(job.self->changes, job.self->db, c, end_their_follow, &job));
    resp->changed = job.changed;
    return NULL;
}

/* ---- what somebody has reported, he does not want to see ---- */

static struct err *trim(struct relation *self, struct sql_tx *tx, struct ctx *c,
                        const struct relation_wish *newest)
{
    struct relation_wish *oldest = arena_new(c->arena, struct relation_wish);
    bool changed;

    TRY(hidden_store_beyond(tx, c, newest->user_id, newest->kind, HIDDEN_MAX, oldest));
    if (!oldest->target_id)
        return NULL;
    TRY(hidden_store_remove(tx, c, oldest, &changed));
    return tell_wish(self, tx, c, CHANGE_DELETE, oldest);
}

static struct err *hide(struct relation *self, struct sql_tx *tx, struct ctx *c,
                        const struct relation_wish *wish)
{
    bool changed;

    TRY(hidden_store_add(tx, c, wish, &changed));
    if (!changed)
        return NULL;
    TRY(tell_wish(self, tx, c, CHANGE_INSERT, wish));
    return trim(self, tx, c, wish);
}

static struct err *on_reports(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    static const enum relation_kind kinds[] = {
        [REPORT_OF_VIDEO] = RELATION_VIDEO, [REPORT_OF_COMMENT] = RELATION_COMMENT};

    for (size_t i = 0; i < list.count; i++) {
        const struct report_item *row = list.at[i].row;
        struct relation_wish *wish = arena_new(c->arena, struct relation_wish);

        if (row->kind >= COUNT(kinds) || !kinds[row->kind])
            continue;
        *wish = (struct relation_wish){row->reporter_id, kinds[row->kind], row->target_id,
                                       row->created_at};
        TRY(hide(self, tx, c, wish));
    }
    return NULL;
}

/* ---- flags ---- */

struct flags_job {
    const struct relation_are_followed_req *req;
    struct bool_list followed;
    struct relation_hidden hidden;
};

static struct err *read_flags(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct flags_job *job = arg;

    return relation_store_flags(tx, c, job->req->viewer_id, job->req->user_ids, job->followed.at,
                                &job->hidden);
}

static struct err *are_followed(struct relation_api *base, struct ctx *c,
                                const struct relation_are_followed_req *req,
                                struct relation_are_followed_resp *resp)
{
    size_t count = req->user_ids.count;
    struct flags_job job = {.req = req, .followed = {arena_array(c->arena, bool, count), count}};

    if (count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", count, IDS_MAX);
    if (!count) { /* nobody to ask about */
        resp->hidden = arena_new(c->arena, struct relation_hidden);
        return get_hidden(base, c, &(struct relation_get_hidden_req){req->viewer_id}, resp->hidden);
    }
    TRY(sql_read_one(of(base)->db, c, read_flags, &job));
    resp->followed = job.followed;
    resp->hidden = arena_new(c->arena, struct relation_hidden);
    *resp->hidden = job.hidden;
    return NULL;
}

static struct err *forget(struct relation_api *base, struct ctx *c,
                          const struct relation_forget_req *req, struct relation_forget_resp *resp)
{
    return relation_forget_some(of(base)->db, of(base)->changes, c, req->user_id, &resp->more);
}

static const struct relation_api_ops ops = {
    .set = set,
    .list_following = list_following,
    .list_followers = list_followers,
    .list_friends = list_friends,
    .are_followed = are_followed,
    .set_block = block,
    .list_blocked = list_blocked,
    .check_contact = check_contact,
    .get_hidden = get_hidden,
    .forget = forget,
};

struct relation_api *relation_create(struct sql *db, struct changes *changes,
                                     struct user_api *users)
{
    struct relation *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct relation){{&ops}, db, changes, users};
    changes_follow(changes, &report_item_type, on_reports, self);
    return &self->base;
}

void relation_destroy(struct relation_api *self)
{
    free(self);
}
