/* The comment service: posting, deleting, listing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "changes.h"
#include "clock.h"
#include "comment.h"
#include "comment_store.h"
#include "limits.h"
#include "lookup.h"
#include "sequence.h"
#include "text_rules.h"
#include "video_api.h"

struct comment {
    struct comment_api base; /* first */
    struct sql *db;          /* borrowed, as are the others */
    struct changes *changes;
    struct video_api *videos;
    struct user_api *users;
    struct relation_api *relations;
};

static struct comment *of(struct comment_api *base)
{
    return (struct comment *)base;
}

/* ---- posting ---- */

struct add_job {
    struct comment *self;
    struct comment_item *item;
};

static struct err *add_comment(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct add_job *job = arg;
    struct comment_item *item = job->item;

    TRY(sequence_next(tx, c, STR("comment"), &item->id));
    TRY(comment_store_add(tx, c, item));
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&comment_item_type, CHANGE_INSERT, item});
}

static struct err *add(struct comment_api *base, struct ctx *c, const struct comment_add_req *req,
                       struct comment_add_resp *resp)
{
    static const struct text_rule rule = {.what = "comment",
                                          .reason = "bad_text",
                                          .min_chars = 1,
                                          .max_chars = COMMENT_MAX_CHARS,
                                          .lines = true,
                                          .tabs = true};
    struct add_job job = {of(base), arena_new(c->arena, struct comment_item)};
    struct str text = str_trim(req->text);

    TRY(text_rules_check(c, &rule, text));
    *job.item = (struct comment_item){.video_id = req->video_id,
                                      .user_id = req->user_id,
                                      .text = text,
                                      .created_at = clock_wall_ms()};
    TRY(lookup_author(job.self->videos, job.self->users, c, req->user_id, req->video_id,
                      &job.item->author_id));
    TRY(lookup_contact(job.self->relations, c, req->user_id, job.item->author_id));
    TRY(changes_write(job.self->changes, job.self->db, c, add_comment, &job));
    resp->comment = job.item;
    return NULL;
}

/* ---- deleting ---- */

struct remove_job {
    struct comment *self;
    const struct comment_remove_req *req;
    struct comment_item *item;
};

static struct err *no_comment(struct ctx *c, int64_t id)
{
    return err_reason(c, ERR_NOT_FOUND, "comment_not_found", "no comment %" PRId64, id);
}

static struct err *read_comment(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct remove_job *job = arg;
    bool found;

    TRY(comment_store_get(tx, c, job->req->video_id, job->req->comment_id, job->item, &found));
    return found ? NULL : no_comment(c, job->req->comment_id);
}

/* Whose video it is, is told with the fact; of one's own comment that need not be known. */
static struct err *check_right(struct comment *self, struct ctx *c, int64_t user,
                               struct comment_item *item)
{
    bool own = item->user_id == user;
    struct err *e =
        lookup_author(self->videos, self->users, c, user, item->video_id, &item->author_id);

    if (own)
        return e && e->code != ERR_NOT_FOUND ? e : NULL;
    TRY(e);
    if (item->author_id != user)
        return err_new(c, ERR_FORBIDDEN, "only its author or the video's may delete a comment");
    return NULL;
}

/* A comment never changes; but somebody else may have been quicker. */
static struct err *remove_comment(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct remove_job *job = arg;
    bool removed;

    TRY(comment_store_remove(tx, c, job->item, &removed));
    if (!removed)
        return no_comment(c, job->item->id);
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&comment_item_type, CHANGE_DELETE, job->item});
}

static struct err *take_away(struct comment_api *base, struct ctx *c,
                             const struct comment_remove_req *req, struct comment_remove_resp *resp)
{
    struct remove_job job = {of(base), req, arena_new(c->arena, struct comment_item)};

    (void)resp;
    TRY(sql_read_one(job.self->db, c, read_comment, &job));
    TRY(check_right(job.self, c, req->user_id, job.item));
    return changes_write(job.self->changes, job.self->db, c, remove_comment, &job);
}

/* ---- finding ---- */

struct find_job {
    struct i64_list ids;
    struct comment_item_list found;
};

static struct err *read_some(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct find_job *job = arg;

    return comment_store_find(tx, c, job->ids, &job->found);
}

static struct err *find(struct comment_api *base, struct ctx *c, const struct comment_find_req *req,
                        struct comment_find_resp *resp)
{
    struct find_job job = {.ids = req->comment_ids};

    if (req->comment_ids.count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", req->comment_ids.count, IDS_MAX);
    if (!req->comment_ids.count)
        return NULL;
    TRY(sql_read_one(of(base)->db, c, read_some, &job));
    resp->comments = job.found;
    return NULL;
}

/* ---- hiding ---- */

static struct err *write_hidden(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return comment_store_set_hidden(tx, c, arg);
}

/* The comment may go meanwhile: then nothing is left to hide. */
static struct err *set_hidden(struct comment_api *base, struct ctx *c,
                              const struct comment_set_hidden_req *req,
                              struct comment_set_hidden_resp *resp)
{
    int64_t id = req->comment_id;
    struct comment_find_req by = {{&id, 1}};
    struct comment_find_resp found = {0};

    (void)resp;
    TRY(find(base, c, &by, &found));
    if (!found.comments.count)
        return no_comment(c, id);
    found.comments.at[0].hidden_at = req->hidden ? clock_wall_ms() : 0;
    return sql_write(of(base)->db, c, write_hidden, &found.comments.at[0]);
}

/* ---- listing ---- */

struct list_job {
    const struct comment_list_req *req;
    struct comment_item_list found;
};

static struct err *read_list(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;

    return comment_store_list(tx, c, job->req, &job->found);
}

static struct err *list(struct comment_api *base, struct ctx *c, const struct comment_list_req *req,
                        struct comment_list_resp *resp)
{
    struct list_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_list, &job));
    resp->comments = job.found;
    return NULL;
}

/* ---- what goes with its video ---- */

/* A transaction that removes them all could be of any length: the rest is a fact of its own. */
enum { PURGE_MAX = 1000 };

/* Nobody counts comments of a video that is gone, so no fact is told of each. */
static struct err *purge(struct comment *self, struct sql_tx *tx, struct ctx *c, int64_t video)
{
    struct comment_purge *rest = arena_new(c->arena, struct comment_purge);
    bool more;

    *rest = (struct comment_purge){video};
    TRY(comment_store_remove_some(tx, c, video, PURGE_MAX, &more));
    return more ? changes_emit(self->changes, tx, c,
                               &(struct change){&comment_purge_type, CHANGE_INSERT, rest})
                : NULL;
}

static struct err *on_videos(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i].op == CHANGE_DELETE)
            TRY(purge(self, tx, c, ((const struct video_item *)list.at[i].row)->id));
    return NULL;
}

/* Comments that were written while their video was removed. */
static struct err *on_missed(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    for (size_t i = 0; i < list.count; i++)
        if (((const struct video_missed *)list.at[i].row)->comments > 0)
            TRY(purge(self, tx, c, ((const struct video_missed *)list.at[i].row)->video_id));
    return NULL;
}

static struct err *on_purge(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    for (size_t i = 0; i < list.count; i++)
        TRY(purge(self, tx, c, ((const struct comment_purge *)list.at[i].row)->video_id));
    return NULL;
}

/* ---- all that one user has written ---- */

struct list_by_job {
    const struct comment_list_by_req *req;
    struct comment_item_list found;
};

static struct err *read_list_by(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_by_job *job = arg;

    return comment_store_list_by(tx, c, job->req, &job->found);
}

static struct err *list_by(struct comment_api *base, struct ctx *c,
                           const struct comment_list_by_req *req, struct comment_list_by_resp *resp)
{
    struct list_by_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_list_by, &job));
    resp->comments = job.found;
    return NULL;
}

/* Whose videos they are on is told with the facts; 0 of those that are gone. */
static struct err *look_up_authors(struct comment *self, struct ctx *c,
                                   struct comment_item_list *list)
{
    struct video_get_videos_req ask = {{arena_array(c->arena, int64_t, list->count), 0}};
    struct video_get_videos_resp found = {0};

    for (size_t i = 0; i < list->count; i++)
        ask.ids.at[ask.ids.count++] = list->at[i].video_id;
    TRY(video_get_videos(self->videos, c, &ask, &found));
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < found.videos.count && !list->at[i].author_id; k++)
            if (found.videos.at[k].id == list->at[i].video_id)
                list->at[i].author_id = found.videos.at[k].author_id;
    return NULL;
}

/* Each lies with its video, so each goes by itself; one that is gone by now was taken away. */
static struct err *remove_own(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct remove_job *job = arg;
    bool removed;

    TRY(comment_store_remove(tx, c, job->item, &removed));
    return removed ? changes_emit(job->self->changes, tx, c,
                                  &(struct change){&comment_item_type, CHANGE_DELETE, job->item})
                   : NULL;
}

static struct err *forget(struct comment_api *base, struct ctx *c,
                          const struct comment_forget_req *req, struct comment_forget_resp *resp)
{
    const struct comment_list_by_req ask = {.user_id = req->user_id, .limit = FORGET_BATCH};
    struct comment_list_by_resp some = {0};

    TRY(list_by(base, c, &ask, &some));
    resp->more = some.comments.count == FORGET_BATCH;
    if (some.comments.count)
        TRY(look_up_authors(of(base), c, &some.comments));
    for (size_t i = 0; i < some.comments.count; i++) {
        struct remove_job job = {.self = of(base), .item = &some.comments.at[i]};

        TRY(sql_write(job.self->db, c, remove_own, &job));
    }
    return NULL;
}

/* ---- life ---- */

static const struct comment_api_ops ops = {
    .add = add,
    .remove = take_away,
    .find = find,
    .set_hidden = set_hidden,
    .list = list,
    .list_by = list_by,
    .forget = forget,
};

struct comment_api *comment_create(struct sql *db, struct changes *changes,
                                   struct video_api *videos, struct user_api *users,
                                   struct relation_api *relations)
{
    struct comment *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct comment){{&ops}, db, changes, videos, users, relations};
    changes_follow(changes, &video_item_type, on_videos, self);
    changes_follow(changes, &video_missed_type, on_missed, self);
    changes_follow(changes, &comment_purge_type, on_purge, self);
    return &self->base;
}

void comment_destroy(struct comment_api *self)
{
    free(self);
}
