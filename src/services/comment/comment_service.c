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
    int64_t author = 0;

    TRY(lookup_author(job->self->videos, c, item->video_id, &author));
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
    TRY(sql_write(job.self->db, c, add_comment, &job));
    resp->comment = job.item;
    return NULL;
}

/* ---- deleting ---- */

struct remove_job {
    struct comment *self;
    const struct comment_remove_req *req;
};

static struct err *check_right(struct comment *self, struct ctx *c, int64_t user,
                               const struct comment_item *item)
{
    int64_t author = 0;

    if (item->user_id == user)
        return NULL;
    TRY(lookup_author(self->videos, c, item->video_id, &author));
    if (author != user)
        return err_new(c, ERR_FORBIDDEN, "only its author or the video's may delete a comment");
    return NULL;
}

static struct err *remove_comment(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct remove_job *job = arg;
    struct comment_item *item = arena_new(c->arena, struct comment_item);
    bool found;

    TRY(comment_store_get(tx, c, job->req->video_id, job->req->comment_id, item, &found));
    if (!found)
        return err_reason(c, ERR_NOT_FOUND, "comment_not_found", "no comment %" PRId64,
                          job->req->comment_id);
    TRY(check_right(job->self, c, job->req->user_id, item));
    TRY(comment_store_remove(tx, c, item));
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&comment_item_type, CHANGE_DELETE, item});
}

static struct err *take_away(struct comment_api *base, struct ctx *c,
                             const struct comment_remove_req *req, struct comment_remove_resp *resp)
{
    struct remove_job job = {of(base), req};

    (void)resp;
    return sql_write(job.self->db, c, remove_comment, &job);
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

    TRY(sql_read(of(base)->db, c, read_list, &job));
    resp->comments = job.found;
    return NULL;
}

/* ---- what goes with its video ---- */

/* Nobody counts comments of a video that is gone, so no fact is told of each. */
static struct err *on_video(void *self, struct sql_tx *tx, struct ctx *c,
                            const struct change *change)
{
    const struct video_item *video = change->row;

    (void)self;
    return change->op == CHANGE_DELETE ? comment_store_remove_all(tx, c, video->id) : NULL;
}

/* ---- life ---- */

static const struct comment_api_ops ops = {.add = add, .remove = take_away, .list = list};

struct comment_api *comment_create(struct sql *db, struct changes *changes,
                                   struct video_api *videos)
{
    struct comment *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct comment){{&ops}, db, changes, videos};
    changes_follow(changes, &video_item_type, on_video, self);
    return &self->base;
}

void comment_destroy(struct comment_api *self)
{
    free(self);
}
