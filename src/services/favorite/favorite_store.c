/* The table of likes: one row per user and video. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "favorite_store.h"

#include "limits.h"

struct err *favorite_store_add(struct sql_tx *tx, struct ctx *c, const struct favorite_mark *mark,
                               bool *changed)
{
    return sql_insert(tx, c, changed,
                      "INSERT INTO favorite_mark (user_id, video_id, author_id, created_at)"
                      " VALUES (?, ?, ?, ?)",
                      sql_int(mark->user_id), sql_int(mark->video_id), sql_int(mark->author_id),
                      sql_int(mark->created_at));
}

struct err *favorite_store_remove(struct sql_tx *tx, struct ctx *c,
                                  const struct favorite_mark *mark, bool *changed)
{
    int64_t count = 0;

    TRY(sql_exec_count(tx, c, &count,
                       "DELETE FROM favorite_mark WHERE user_id = ? AND video_id = ?",
                       sql_int(mark->user_id), sql_int(mark->video_id)));
    *changed = count > 0;
    return NULL;
}

/* No index by time: it would cost a page more per like (measured). So likes are sorted for each
 * page; how many is bounded. */
struct err *favorite_store_list(struct sql_tx *tx, struct ctx *c,
                                const struct favorite_list_req *req, struct favorite_list_resp *out)
{
    struct sql_rows rows;

    TRY(sql_query(
        tx, c, &rows,
        "SELECT video_id, created_at, author_id FROM (SELECT video_id, created_at, author_id"
        " FROM favorite_mark WHERE user_id = ? ORDER BY video_id DESC LIMIT ?) AS newest"
        " WHERE created_at <= ? AND (created_at < ? OR video_id < ?)"
        " ORDER BY created_at DESC, video_id DESC LIMIT ?",
        sql_int(req->user_id), sql_int(CHOSEN_FROM_MAX), sql_before(req->before_time),
        sql_before(req->before_time), sql_int(req->before_id), sql_int(req->limit)));
    *out = (struct favorite_list_resp){.video_ids = {sql_i64_column(&rows, c, 0), rows.count},
                                       .times = {sql_i64_column(&rows, c, 1), rows.count}};
    if (req->with_authors)
        out->author_ids = (struct i64_list){sql_i64_column(&rows, c, 2), rows.count};
    return NULL;
}

struct err *favorite_store_after(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t after,
                                 int64_t limit, struct favorite_mark_list *out)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows,
                  "SELECT video_id, author_id, created_at FROM favorite_mark WHERE user_id = ?"
                  " AND video_id > ? ORDER BY video_id LIMIT ?",
                  sql_int(user), sql_int(after), sql_int(limit)));
    *out = (struct favorite_mark_list){arena_array(c->arena, struct favorite_mark, rows.count), 0};
    while (sql_next(&rows))
        out->at[out->count++] =
            (struct favorite_mark){user, sql_i64(&rows, 0), sql_i64(&rows, 1), sql_i64(&rows, 2)};
    return NULL;
}

struct err *favorite_store_have(struct sql_tx *tx, struct ctx *c, int64_t user,
                                struct i64_list videos, bool *out)
{
    static const char *const texts[] =
        SQL_IDS("SELECT video_id FROM favorite_mark WHERE user_id = ? AND video_id IN (", ")");
    struct sql_rows rows;

    TRY(sql_query_ids(tx, c, &rows, texts, videos.at, videos.count, sql_int(user)));
    for (size_t i = 0; i < videos.count; i++)
        out[i] = sql_seek(&rows, 0, videos.at[i]);
    return NULL;
}
