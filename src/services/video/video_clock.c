/* Clocks of authors, in their rows of usage, and what happened by them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_clock.h"

#include "clock.h"
#include "limits.h"
#include "video_impl.h"

struct err *video_clock_move(struct sql_tx *tx, struct ctx *c, int64_t author, int64_t video)
{
    int64_t now = clock_wall_ms();
    struct sql_rows r;

    TRY(sql_exec(tx, c,
                 "UPDATE video_usage SET changed_at = CASE WHEN changed_at < ? THEN ?"
                 " ELSE changed_at + 1 END WHERE author_id = ?",
                 sql_int(now), sql_int(now), sql_int(author)));
    TRY(sql_lock(tx, c, &r, "SELECT changed_at FROM video_usage WHERE author_id = ?",
                 sql_int(author)));
    return sql_exec(tx, c, "UPDATE video_item SET changed_at = ? WHERE id = ?",
                    sql_int(sql_next(&r) ? sql_i64(&r, 0) : now), sql_int(video));
}

struct clocks_job {
    struct i64_list authors;
    struct video_clock_list found;
};

static struct err *read_clocks(struct sql_tx *tx, struct ctx *c, void *arg)
{
    static const char *const texts[] =
        SQL_IDS("SELECT author_id, changed_at FROM video_usage WHERE author_id IN (", ")");
    struct clocks_job *job = arg;
    struct sql_rows r;

    TRY(sql_query_ids(tx, c, &r, texts, job->authors.at, job->authors.count));
    job->found = (struct video_clock_list){arena_array(c->arena, struct video_clock, r.count), 0};
    while (sql_next(&r))
        job->found.at[job->found.count++] = (struct video_clock){sql_i64(&r, 0), sql_i64(&r, 1)};
    return NULL;
}

struct err *video_clock_get(struct video_api *base, struct ctx *c,
                            const struct video_get_clocks_req *req,
                            struct video_get_clocks_resp *resp)
{
    struct clocks_job job = {.authors = req->author_ids};

    if (req->author_ids.count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", req->author_ids.count, IDS_MAX);
    TRY(sql_read_one(video_of(base)->db, c, read_clocks, &job));
    resp->clocks = job.found;
    return NULL;
}

struct news_job {
    const struct video_list_news_req *req;
    struct video_news_list found;
};

static struct err *read_news(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct news_job *job = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, state, progress, message, changed_at FROM video_item"
                  " WHERE author_id = ? AND changed_at > ? AND changed_at <= ?"
                  " ORDER BY changed_at LIMIT ?",
                  sql_int(job->req->author_id), sql_int(job->req->after), sql_int(job->req->up_to),
                  sql_int(job->req->limit)));
    job->found = (struct video_news_list){arena_array(c->arena, struct video_news, r.count), 0};
    while (sql_next(&r))
        job->found.at[job->found.count++] =
            (struct video_news){.video_id = sql_i64(&r, 0),
                                .state = (enum video_state)sql_i64(&r, 1),
                                .progress = sql_i64(&r, 2),
                                .message = sql_str(&r, 3),
                                .changed_at = sql_i64(&r, 4)};
    return NULL;
}

struct err *video_clock_list(struct video_api *base, struct ctx *c,
                             const struct video_list_news_req *req,
                             struct video_list_news_resp *resp)
{
    struct news_job job = {.req = req};

    TRY(sql_read_one(video_of(base)->db, c, read_news, &job));
    resp->news = job.found;
    return NULL;
}
