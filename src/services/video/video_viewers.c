/* Viewers: reports are held to what exists, and to a bounded memory of each viewer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_viewers.h"

#include <inttypes.h>

#include "limits.h"
#include "video_impl.h"
#include "video_ranking.h"
#include "video_seen_store.h"
#include "video_store.h"

/* ---- reports ---- */

struct look_job {
    struct i64_list ids;
    struct video_item_list found;
};

static struct err *look(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct look_job *job = arg;

    return video_store_get_all(tx, c, job->ids, &job->found);
}

struct seen_job {
    const struct video_mark_seen_req *req;
    struct video_item_list videos;
};

/* The last that is said of a video counts. */
static int64_t watched(const struct video_mark_seen_req *req, int64_t video)
{
    for (size_t i = req->seen.count; i-- > 0;)
        if (req->seen.at[i].video_id == video)
            return req->seen.at[i].watched_ms;
    return 0;
}

static struct err *write_seen(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct seen_job *job = arg;

    for (size_t i = 0; i < job->videos.count; i++) {
        const struct video_item *video = &job->videos.at[i];

        TRY(video_seen_store_add(tx, c, job->req->viewer_id, video, watched(job->req, video->id)));
    }
    return video_seen_store_trim(tx, c, job->req->viewer_id, SEEN_MAX);
}

struct err *video_viewers_mark_seen(struct video_api *base, struct ctx *c,
                                    const struct video_mark_seen_req *req,
                                    struct video_mark_seen_resp *resp)
{
    struct look_job known = {.ids = {arena_array(c->arena, int64_t, req->seen.count), 0}};
    struct seen_job job = {.req = req};

    (void)resp;
    if (!req->seen.count)
        return NULL;
    if (req->seen.count > SEEN_BATCH_MAX)
        return err_new(c, ERR_INVALID, "at most %d videos at a time", SEEN_BATCH_MAX);
    for (size_t i = 0; i < req->seen.count; i++)
        known.ids.at[known.ids.count++] = req->seen.at[i].video_id;
    TRY(sql_read_one(video_of(base)->db, c, look, &known));
    job.videos = known.found;
    return job.videos.count ? sql_write(video_of(base)->db, c, write_seen, &job) : NULL;
}

struct unwant_job {
    int64_t viewer;
    const struct video_item *video;
};

static struct err *write_unwanted(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct unwant_job *job = arg;

    TRY(video_seen_store_add_unwanted(tx, c, job->viewer, job->video));
    return video_seen_store_trim_unwanted(tx, c, job->viewer, UNWANTED_MAX);
}

struct err *video_viewers_unwant(struct video_api *base, struct ctx *c,
                                 const struct video_unwant_req *req, struct video_unwant_resp *resp)
{
    int64_t id = req->video_id;
    struct look_job known = {.ids = {&id, 1}};
    struct unwant_job job = {.viewer = req->viewer_id};

    (void)resp;
    TRY(sql_read_one(video_of(base)->db, c, look, &known));
    if (!known.found.count || !known.found.at[0].shown)
        return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no video %" PRId64, id);
    job.video = &known.found.at[0];
    return sql_write(video_of(base)->db, c, write_unwanted, &job);
}

/* ---- lists ---- */

struct for_you_job {
    const struct video_list_for_you_req *req;
    struct video_list_for_you_resp found;
};

static struct err *read_for_you(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct for_you_job *job = arg;

    TRY(video_ranking_for_you(tx, c, job->req, &job->found));
    return job->req->with_items ? video_store_get_all(tx, c, job->found.ids, &job->found.items)
                                : NULL;
}

struct err *video_viewers_for_you(struct video_api *base, struct ctx *c,
                                  const struct video_list_for_you_req *req,
                                  struct video_list_for_you_resp *resp)
{
    struct for_you_job job = {.req = req};

    if (!req->from || req->limit < 1 || req->limit > PAGE_MAX)
        return err_new(c, ERR_INVALID, "a page that cannot be");
    TRY(sql_read(video_of(base)->db, c, read_for_you, &job));
    *resp = job.found;
    return NULL;
}

struct authors_job {
    const struct video_list_by_authors_req *req;
    struct video_list_resp found;
};

static struct err *read_by_authors(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct authors_job *job = arg;

    TRY(video_ranking_of_authors(tx, c, job->req, &job->found));
    return job->req->with_items ? video_store_get_all(tx, c, job->found.ids, &job->found.items)
                                : NULL;
}

struct err *video_viewers_by_authors(struct video_api *base, struct ctx *c,
                                     const struct video_list_by_authors_req *req,
                                     struct video_list_resp *resp)
{
    struct authors_job job = {.req = req};

    if (req->author_ids.count > IDS_MAX || req->limit < 1 || req->limit > PAGE_MAX)
        return err_new(c, ERR_INVALID, "a page that cannot be");
    TRY(sql_read(video_of(base)->db, c, read_by_authors, &job));
    *resp = job.found;
    return NULL;
}
