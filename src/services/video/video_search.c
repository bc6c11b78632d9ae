/* The index of titles: moved by each fact of a video, in its transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_search.h"

#include "changes.h"
#include "limits.h"
#include "search_fill.h"
#include "video.h"

static struct err *on_videos(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    (void)self;
    for (size_t i = 0; i < list.count; i++) {
        const struct video_item *video = list.at[i].row;

        TRY(list.at[i].op == CHANGE_DELETE
                ? search_index_remove(tx, c, SEARCH_VIDEOS, video->id)
                : search_index_put(tx, c, SEARCH_VIDEOS, video->id, video->title));
    }
    return NULL;
}

void video_search_follow(struct changes *changes)
{
    changes_follow(changes, &video_item_type, on_videos, NULL);
}

struct search_job {
    struct search_query query;
    struct search_page found;
};

static struct err *read_search(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct search_job *job = arg;

    return search_index_find(tx, c, &job->query, &job->found);
}

struct err *video_search_find(struct sql *db, struct ctx *c, const struct video_search_req *req,
                              struct video_search_resp *resp)
{
    struct search_job job = {.query = {SEARCH_VIDEOS, req->text, req->before, req->limit}};

    if (req->limit < 1 || req->limit > IDS_MAX)
        return err_new(c, ERR_INVALID, "a page has 1 to %d videos", IDS_MAX);
    TRY(sql_read(db, c, read_search, &job));
    resp->ids.at = arena_array(c->arena, int64_t, job.found.ids.count);
    for (size_t i = 0; i < job.found.ids.count; i++)
        resp->ids.at[resp->ids.count++] = job.found.ids.at[i];
    resp->next = job.found.next;
    return NULL;
}

/* ---- titles from before they could be searched ---- */

static struct err *titles(struct sql_tx *tx, struct ctx *c, int64_t after, int64_t limit,
                          struct search_texts *out)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, "SELECT id, title FROM video_item WHERE id > ? ORDER BY id LIMIT ?",
                 sql_int(after), sql_int(limit)));
    *out = search_fill_take(c, &r);
    return NULL;
}

struct err *video_fill_search(struct sql *db, struct ctx *c, bool *more)
{
    return search_fill(db, c, SEARCH_VIDEOS, titles, more);
}
