/* The video service: publishing, listing, and what the transcoder reports. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "bus.h"
#include "changes.h"
#include "clock.h"
#include "limits.h"
#include "sequence.h"
#include "text_rules.h"
#include "video_clock.h"
#include "video_counts.h"
#include "video_end.h"
#include "video_impl.h"
#include "video_search.h"
#include "video_store.h"
#include "video_uploads.h"
#include "video_usage.h"
#include "video_viewers.h"

static struct err *no_video(struct ctx *c, int64_t id)
{
    return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no video %" PRId64, id);
}

/* ---- publishing ---- */

struct publish_job {
    struct video *self;
    const struct video_publish_req *req;
    int64_t open; /* the length of the upload that it is; 0: none */
    struct video_publish_resp done;
};

/* Times are unique, so that a page that ends at one never splits equals (contract, section 3.1). */
static struct err *add_video(struct sql_tx *tx, struct ctx *c, struct publish_job *job)
{
    const struct video_wish wish = {job->req->author_id, job->req->bytes, job->open};
    struct video_item *item = arena_new(c->arena, struct video_item);

    *item = (struct video_item){
        .author_id = job->req->author_id,
        .title = job->req->title,
        .shown = true,
        .media = job->req->media,
        .bytes = job->req->bytes,
    };
    TRY(video_usage_claim(tx, c, &job->self->quota, &wish));
    TRY(sequence_next(tx, c, STR("video"), &item->id));
    TRY(sequence_time(tx, c, STR("video_time"), &item->created_at));
    TRY(video_store_add(tx, c, item));
    TRY(video_usage_move(tx, c, item->author_id, &(struct video_usage){1, item->bytes, 1}));
    TRY(bus_publish(job->self->bus, c, STR(VIDEO_TOPIC), item->id));
    job->done = (struct video_publish_resp){.id = item->id, .created_at = item->created_at};
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&video_item_type, CHANGE_INSERT, item});
}

/* An upload becomes one video, however often its author asks. */
static struct err *add_upload(struct sql_tx *tx, struct ctx *c, struct publish_job *job)
{
    struct video_upload upload = {.author_id = job->req->author_id, .id = job->req->upload_id};

    TRY(video_uploads_claim(tx, c, &upload));
    job->done = (struct video_publish_resp){.id = upload.video_id, .again = true};
    if (upload.video_id)
        return NULL;
    job->open = upload.length;
    TRY(add_video(tx, c, job));
    return video_uploads_became(job->self, tx, c, &upload, job->done.id);
}

static struct err *add_either(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct publish_job *job = arg;

    return job->req->upload_id ? add_upload(tx, c, job) : add_video(tx, c, job);
}

static const struct text_rule title_rule = {
    .what = "title", .min_chars = 1, .max_chars = TITLE_MAX_CHARS, .lines = true};

static struct err *publish(struct video_api *base, struct ctx *c,
                           const struct video_publish_req *req, struct video_publish_resp *resp)
{
    struct publish_job job = {.self = video_of(base), .req = req};

    TRY(text_rules_check(c, &title_rule, req->title));
    if (!req->media || req->bytes < 0)
        return err_new(c, ERR_INVALID, "a video without files");
    TRY(changes_write(job.self->changes, job.self->db, c, add_either, &job));
    *resp = job.done;
    return NULL;
}

struct quota_job {
    const struct video *self;
    const struct video_check_quota_req *req;
};

static struct err *read_quota(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct quota_job *job = arg;
    const struct video_wish wish = {.author_id = job->req->author_id, .bytes = job->req->bytes};

    return video_usage_check(tx, c, &job->self->quota, &wish);
}

static struct err *check_quota(struct video_api *base, struct ctx *c,
                               const struct video_check_quota_req *req,
                               struct video_check_quota_resp *resp)
{
    struct quota_job job = {video_of(base), req};

    (void)resp;
    return sql_read(job.self->db, c, read_quota, &job);
}

/* ---- reading ---- */

struct get_job {
    struct i64_list ids;
    struct video_item_list found;
};

static struct err *read_videos(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct get_job *job = arg;

    return video_store_get_all(tx, c, job->ids, &job->found);
}

static struct err *get_videos(struct video_api *base, struct ctx *c,
                              const struct video_get_videos_req *req,
                              struct video_get_videos_resp *resp)
{
    struct get_job job = {.ids = req->ids};

    if (req->ids.count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", req->ids.count, IDS_MAX);
    TRY(sql_read_one(video_of(base)->db, c, read_videos, &job));
    resp->videos = job.found;
    return NULL;
}

struct feed_job {
    const struct video_list_feed_req *req;
    struct video_list_resp found;
};

static struct err *read_feed(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct feed_job *job = arg;

    return video_store_feed(tx, c, job->req, &job->found);
}

static struct err *list_feed(struct video_api *base, struct ctx *c,
                             const struct video_list_feed_req *req, struct video_list_resp *resp)
{
    struct feed_job job = {.req = req};

    TRY(sql_read_one(video_of(base)->db, c, read_feed, &job));
    *resp = job.found;
    return NULL;
}

struct author_job {
    const struct video_list_by_author_req *req;
    struct video_list_resp found;
};

static struct err *read_by_author(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct author_job *job = arg;

    return video_store_by_author(tx, c, job->req, &job->found);
}

static struct err *list_by_author(struct video_api *base, struct ctx *c,
                                  const struct video_list_by_author_req *req,
                                  struct video_list_resp *resp)
{
    struct author_job job = {.req = req};

    TRY(sql_read_of(video_of(base)->db, c, req->author_id, read_by_author, &job));
    *resp = job.found;
    return NULL;
}

static struct err *search(struct video_api *base, struct ctx *c, const struct video_search_req *req,
                          struct video_search_resp *resp)
{
    return video_search_find(video_of(base)->db, c, req, resp);
}

/* ---- media ---- */

struct media_read_job {
    int64_t id;
    struct video_get_media_resp found;
};

static struct err *read_media(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct media_read_job *job = arg;
    bool found;

    TRY(video_store_get_job(tx, c, job->id, &job->found, &found));
    return found ? NULL : no_video(c, job->id);
}

static struct err *get_media(struct video_api *base, struct ctx *c,
                             const struct video_get_media_req *req,
                             struct video_get_media_resp *resp)
{
    struct media_read_job job = {.id = req->id};

    TRY(sql_read_one(video_of(base)->db, c, read_media, &job));
    *resp = job.found;
    return NULL;
}

struct asset_job {
    struct str asset;
    struct video_find_asset_resp found;
};

static struct err *read_asset(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct asset_job *job = arg;

    return video_store_by_asset(tx, c, job->asset, &job->found);
}

static struct err *find_asset(struct video_api *base, struct ctx *c,
                              const struct video_find_asset_req *req,
                              struct video_find_asset_resp *resp)
{
    struct asset_job job = {.asset = req->asset};

    TRY(sql_read_one(video_of(base)->db, c, read_asset, &job));
    *resp = job.found;
    return NULL;
}

struct media_job {
    struct video *self;
    const struct video_set_media_req *req;
};

/* Progress alone changes nothing that lists show, so it is no fact for others. */
static bool concerns_others(const struct video_item *before, const struct media_job *job)
{
    return job->req->media || before->state != job->req->state;
}

/* When it failed there may still be something that plays. */
static bool can_be_shown(enum video_state state, const struct video_media *files)
{
    return state != VIDEO_FAILED || files->play.len > 0;
}

/* A transcoder elsewhere may have lost its job to another. */
static struct err *hold_claim(const struct media_job *job, struct ctx *c)
{
    const struct bus_job claim = {.id = job->req->job, .token = job->req->token};

    return claim.id ? bus_hold(job->self->bus, c, &claim) : NULL;
}

static struct err *store_media(struct sql_tx *tx, struct ctx *c, const struct media_job *job,
                               const struct video_item *item)
{
    const struct video_media *files = job->req->media ? job->req->media : item->media;
    bool shown = !item->hidden_at && can_be_shown(job->req->state, files);

    TRY(video_store_set_job(tx, c, job->req, shown));
    TRY(video_usage_follow(tx, c, item, job->req->state));
    return video_clock_move(tx, c, item->author_id, item->id);
}

static struct err *write_media(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct media_job *job = arg;
    struct video_item *item = arena_new(c->arena, struct video_item);
    bool found;

    TRY(hold_claim(job, c));
    TRY(video_store_lock(tx, c, job->req->id, item, &found));
    if (!found)
        return no_video(c, job->req->id);
    TRY(store_media(tx, c, job, item));
    if (!concerns_others(item, job))
        return NULL;
    TRY(video_store_get(tx, c, job->req->id, item, &found));
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&video_item_type, CHANGE_UPDATE, item});
}

static struct err *set_media(struct video_api *base, struct ctx *c,
                             const struct video_set_media_req *req,
                             struct video_set_media_resp *resp)
{
    struct media_job job = {video_of(base), req};

    (void)resp;
    return changes_write(job.self->changes, job.self->db, c, write_media, &job);
}

/* ---- what only its author may ---- */

struct title_job {
    struct video *self;
    const struct video_retitle_req *req;
};

static struct err *write_title(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct title_job *job = arg;
    struct video_item *item = arena_new(c->arena, struct video_item);
    bool found;

    TRY(video_store_lock(tx, c, job->req->id, item, &found));
    if (!found)
        return no_video(c, job->req->id);
    TRY(video_end_check_author(c, item, job->req->author_id));
    TRY(video_store_set_title(tx, c, item->id, job->req->title));
    item->title = job->req->title;
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&video_item_type, CHANGE_UPDATE, item});
}

static struct err *retitle(struct video_api *base, struct ctx *c,
                           const struct video_retitle_req *req, struct video_retitle_resp *resp)
{
    struct title_job job = {video_of(base), req};

    (void)resp;
    TRY(text_rules_check(c, &title_rule, req->title));
    return changes_write(job.self->changes, job.self->db, c, write_title, &job);
}

/* ---- hiding ---- */

struct hide_job {
    struct video *self;
    const struct video_set_hidden_req *req;
    bool changed;
};

static struct err *write_hidden(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct hide_job *job = arg;
    struct video_item *item = arena_new(c->arena, struct video_item);
    bool found;

    TRY(video_store_lock(tx, c, job->req->id, item, &found));
    if (!found)
        return no_video(c, job->req->id);
    job->changed = job->req->hidden != (item->hidden_at != 0);
    if (job->changed)
        item->hidden_at = job->req->hidden ? clock_wall_ms() : 0;
    item->shown = !item->hidden_at && can_be_shown(item->state, item->media);
    TRY(video_store_set_hidden(tx, c, item, job->req->hidden ? job->req->reason : STR("")));
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&video_item_type, CHANGE_UPDATE, item});
}

static struct err *set_hidden(struct video_api *base, struct ctx *c,
                              const struct video_set_hidden_req *req,
                              struct video_set_hidden_resp *resp)
{
    static const struct text_rule rule = {
        .what = "reason", .min_chars = 1, .max_chars = HIDE_REASON_MAX_CHARS};
    struct hide_job job = {.self = video_of(base), .req = req};

    if (req->reason.len)
        TRY(text_rules_check(c, &rule, req->reason));
    TRY(changes_write(job.self->changes, job.self->db, c, write_hidden, &job));
    resp->changed = job.changed;
    return NULL;
}

/* ---- life ---- */

static const struct video_api_ops ops = {
    .publish = publish,
    .check_quota = check_quota,
    .get_videos = get_videos,
    .list_feed = list_feed,
    .list_by_author = list_by_author,
    .list_for_you = video_viewers_for_you,
    .list_by_authors = video_viewers_by_authors,
    .mark_seen = video_viewers_mark_seen,
    .unwant = video_viewers_unwant,
    .search = search,
    .get_media = get_media,
    .find_asset = find_asset,
    .get_clocks = video_clock_get,
    .list_news = video_clock_list,
    .set_media = set_media,
    .begin_upload = video_uploads_begin,
    .get_upload = video_uploads_get,
    .add_part = video_uploads_add_part,
    .end_upload = video_uploads_end,
    .sweep = video_uploads_sweep,
    .retitle = retitle,
    .set_hidden = set_hidden,
    .remove = video_end_remove,
    .forget = video_end_forget,
};

struct video_api *video_create(struct sql *db, struct changes *changes, struct bus *bus,
                               const struct video_quota *quota)
{
    struct video *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct video){{&ops}, db, changes, bus, *quota};
    video_counts_follow(changes);
    video_search_follow(changes);
    video_end_follow(self);
    return &self->base;
}

void video_destroy(struct video_api *self)
{
    free(self);
}
