/* Each follow is a row of who follows, so each end of one is a transaction of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "relation_forget.h"

#include "hidden_store.h"
#include "limits.h"
#include "relation_store.h"

struct find_job {
    relation_store_lister *lister;
    struct relation_list_req req;
    struct relation_list_resp found;
};

static struct err *find(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct find_job *job = arg;

    return job->lister(tx, c, &job->req, &job->found);
}

struct end_job {
    struct changes *changes;
    struct relation_edge *edge;
};

static struct err *end(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct end_job *job = arg;
    bool changed;

    TRY(relation_store_remove(tx, c, job->edge, &changed));
    return changed ? changes_emit(job->changes, tx, c,
                                  &(struct change){&relation_edge_type, CHANGE_DELETE, job->edge})
                   : NULL;
}

static struct err *forget_wishes(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return hidden_store_forget(tx, c, *(const int64_t *)arg);
}

static struct err *end_some(struct sql *db, struct changes *changes, struct ctx *c, int64_t user,
                            relation_store_lister *lister, bool *more)
{
    struct find_job all = {.lister = lister, .req = {.user_id = user, .limit = FORGET_BATCH}};

    TRY(sql_read_one(db, c, find, &all));
    *more |= all.found.user_ids.count == FORGET_BATCH;
    for (size_t i = 0; i < all.found.user_ids.count; i++) {
        struct end_job job = {changes, arena_new(c->arena, struct relation_edge)};
        int64_t other = all.found.user_ids.at[i];

        *job.edge = lister == relation_store_following
                        ? (struct relation_edge){user, other, all.found.times.at[i]}
                        : (struct relation_edge){other, user, all.found.times.at[i]};
        TRY(sql_write(db, c, end, &job));
    }
    return NULL;
}

struct err *relation_forget_some(struct sql *db, struct changes *changes, struct ctx *c,
                                 int64_t user, bool *more)
{
    *more = false;
    TRY(end_some(db, changes, c, user, relation_store_following, more));
    TRY(end_some(db, changes, c, user, relation_store_followers, more));
    return *more ? NULL : sql_write(db, c, forget_wishes, &user);
}
