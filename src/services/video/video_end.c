/* Removing: one transaction for each video; facts and jobs do the rest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_end.h"

#include <inttypes.h>

#include "bus.h"
#include "changes.h"
#include "limits.h"
#include "user_api.h"
#include "video_seen_store.h"
#include "video_store.h"
#include "video_upload_store.h"
#include "video_uploads.h"
#include "video_usage.h"

/* Removed at a time: each is a transaction, which tells several others. */
enum { VIDEOS_AT_A_TIME = 20 };

static struct err *no_video(struct ctx *c, int64_t id)
{
    return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no video %" PRId64, id);
}

struct err *video_end_check_author(struct ctx *c, const struct video_item *item, int64_t author)
{
    if (item->author_id == author)
        return NULL;
    return item->shown ? err_new(c, ERR_FORBIDDEN, "only its author may change a video")
                       : no_video(c, item->id);
}

int64_t video_sweep_key(struct str asset)
{
    uint64_t key = 0;

    for (size_t i = 0; i < asset.len; i++) {
        char digit = asset.ptr[i];

        key = key << 4 | (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return (int64_t)key;
}

struct take_away_job {
    struct video *self;
    const struct video_remove_req *req;
    struct video_remove_resp gone;
};

/* An operator's command removes the files itself; whoever serves people leaves them to a job. */
static struct err *sweep_later(const struct take_away_job *job, struct ctx *c, struct str asset)
{
    return job->req->author_id
               ? bus_publish(job->self->bus, c, STR(VIDEO_SWEEP_TOPIC), video_sweep_key(asset))
               : NULL;
}

static struct err *remove_video(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct take_away_job *job = arg;
    struct video_item *item = arena_new(c->arena, struct video_item);
    bool found;

    job->gone = (struct video_remove_resp){0};
    TRY(video_store_lock(tx, c, job->req->id, item, &found));
    if (!found)
        return NULL;
    if (job->req->author_id)
        TRY(video_end_check_author(c, item, job->req->author_id));
    TRY(video_store_remove(tx, c, item->id));
    TRY(video_usage_move(
        tx, c, item->author_id,
        &(struct video_usage){-1, -item->bytes, -video_usage_pending(item->state)}));
    TRY(bus_forget(job->self->bus, c, STR(VIDEO_TOPIC), item->id));
    TRY(sweep_later(job, c, item->media->asset));
    job->gone = (struct video_remove_resp){item->media->asset, item->title, item->author_id};
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&video_item_type, CHANGE_DELETE, item});
}

struct err *video_end_remove(struct video_api *base, struct ctx *c,
                             const struct video_remove_req *req, struct video_remove_resp *resp)
{
    struct take_away_job job = {.self = video_of(base), .req = req};

    TRY(changes_write(job.self->changes, job.self->db, c, remove_video, &job));
    *resp = job.gone;
    return NULL;
}

/* ---- all of an account ---- */

struct forget_job {
    struct video *self;
    int64_t user;
    struct i64_list ids;
};

static struct err *read_videos(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct forget_job *job = arg;
    const struct video_list_by_author_req ask = {
        .author_id = job->user, .all = true, .limit = VIDEOS_AT_A_TIME};
    struct video_list_resp found = {0};

    TRY(video_store_by_author(tx, c, &ask, &found));
    job->ids = found.ids;
    return NULL;
}

static struct err *read_uploads(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct forget_job *job = arg;

    return video_upload_store_all(tx, c, job->user, FORGET_BATCH, &job->ids);
}

/* What is left of an author and a viewer. */
static struct err *forget_rest(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct forget_job *job = arg;

    TRY(video_seen_store_forget(tx, c, job->user));
    return video_usage_forget(tx, c, job->user);
}

static struct err *remove_videos(struct forget_job *job, struct ctx *c)
{
    for (size_t i = 0; i < job->ids.count; i++) {
        const struct video_remove_req req = {.id = job->ids.at[i], .author_id = job->user};
        struct take_away_job one = {.self = job->self, .req = &req};

        TRY(sql_write(job->self->db, c, remove_video, &one));
    }
    return NULL;
}

/* One that somebody else ended meanwhile has ended. */
static struct err *end_uploads(struct forget_job *job, struct ctx *c)
{
    struct video_end_upload_resp done;

    for (size_t i = 0; i < job->ids.count; i++) {
        const struct video_end_upload_req req = {job->user, job->ids.at[i]};
        struct err *e = video_uploads_end(&job->self->base, c, &req, &done);

        if (e && e->code != ERR_NOT_FOUND)
            return e;
    }
    return NULL;
}

struct err *video_end_forget(struct video_api *base, struct ctx *c,
                             const struct video_forget_req *req, struct video_forget_resp *resp)
{
    struct forget_job job = {.self = video_of(base), .user = req->user_id};

    TRY(sql_read(job.self->db, c, read_videos, &job));
    resp->more = job.ids.count == VIDEOS_AT_A_TIME;
    TRY(remove_videos(&job, c));
    if (resp->more)
        return NULL;
    TRY(sql_read_one(job.self->db, c, read_uploads, &job));
    resp->more = job.ids.count == FORGET_BATCH;
    TRY(end_uploads(&job, c));
    return resp->more ? NULL : sql_write(job.self->db, c, forget_rest, &job);
}

/* ---- jobs on accounts ---- */

static struct err *on_tasks(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    static const struct str topics[] = {
        [USER_ERASE] = STR_INIT(VIDEO_ERASE_TOPIC), [USER_EXPORT] = STR_INIT(VIDEO_EXPORT_TOPIC)};
    struct video *video = self;

    (void)tx; /* of c, as is the queue's */
    for (size_t i = 0; i < list.count; i++) {
        const struct user_task *task = list.at[i].row;

        if (task->kind < COUNT(topics) && topics[task->kind].len)
            TRY(bus_publish_at(video->bus, c, topics[task->kind], task->user_id, task->run_at));
    }
    return NULL;
}

void video_end_follow(struct video *self)
{
    changes_follow(self->changes, &user_task_type, on_tasks, self);
}
