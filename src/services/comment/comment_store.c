/* Comments: rows in and out, by video and time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "comment_store.h"

struct err *comment_store_add(struct sql_tx *tx, struct ctx *c, const struct comment_item *item)
{
    return sql_exec(tx, c,
                    "INSERT INTO comment_item (video_id, created_at, id, user_id, text)"
                    " VALUES (?, ?, ?, ?, ?)",
                    sql_int(item->video_id), sql_int(item->created_at), sql_int(item->id),
                    sql_int(item->user_id), sql_text(item->text));
}

static struct comment_item read_row(const struct sql_rows *r, int64_t video)
{
    return (struct comment_item){
        .id = sql_i64(r, 0),
        .video_id = video,
        .user_id = sql_i64(r, 1),
        .text = sql_str(r, 2),
        .created_at = sql_i64(r, 3),
        .hidden_at = sql_i64(r, 4),
    };
}

struct err *comment_store_get(struct sql_tx *tx, struct ctx *c, int64_t video, int64_t id,
                              struct comment_item *out, bool *found)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, user_id, text, created_at, hidden_at FROM comment_item"
                  " WHERE video_id = ? AND id = ?",
                  sql_int(video), sql_int(id)));
    *found = sql_next(&r);
    if (*found)
        *out = read_row(&r, video);
    return NULL;
}

struct err *comment_store_find(struct sql_tx *tx, struct ctx *c, struct i64_list ids,
                               struct comment_item_list *out)
{
    static const char *const texts[] =
        SQL_IDS("SELECT id, user_id, text, created_at, hidden_at, video_id FROM comment_item"
                " WHERE id IN (",
                ")");
    struct comment_item_list list = {arena_array(c->arena, struct comment_item, ids.count), 0};
    struct sql_rows r;

    TRY(sql_query_ids(tx, c, &r, texts, ids.at, ids.count));
    for (size_t i = 0; i < ids.count; i++)
        if (sql_seek(&r, 0, ids.at[i]))
            list.at[list.count++] = read_row(&r, sql_i64(&r, 5));
    *out = list;
    return NULL;
}

struct err *comment_store_set_hidden(struct sql_tx *tx, struct ctx *c,
                                     const struct comment_item *item)
{
    return sql_exec(tx, c, "UPDATE comment_item SET hidden_at = ? WHERE video_id = ? AND id = ?",
                    sql_int(item->hidden_at), sql_int(item->video_id), sql_int(item->id));
}

struct err *comment_store_remove(struct sql_tx *tx, struct ctx *c, const struct comment_item *item,
                                 bool *removed)
{
    int64_t count = 0;

    TRY(sql_exec_count(tx, c, &count,
                       "DELETE FROM comment_item WHERE video_id = ? AND created_at = ? AND id = ?",
                       sql_int(item->video_id), sql_int(item->created_at), sql_int(item->id)));
    *removed = count > 0;
    return NULL;
}

struct err *comment_store_remove_some(struct sql_tx *tx, struct ctx *c, int64_t video,
                                      int64_t limit, bool *more)
{
    struct sql_rows r;

    /* user_id is what the other index lacks: else a server would read that, and sort. */
    TRY(sql_query(tx, c, &r,
                  "SELECT created_at, user_id FROM comment_item WHERE video_id = ?"
                  " ORDER BY created_at, id LIMIT ?",
                  sql_int(video), sql_int(limit)));
    *more = (int64_t)r.count == limit;
    if (!r.count)
        return NULL;
    r.next = r.count - 1; /* the last of them */
    (void)sql_next(&r);
    return sql_exec(tx, c, "DELETE FROM comment_item WHERE video_id = ? AND created_at <= ?",
                    sql_int(video), sql_int(sql_i64(&r, 0)));
}

struct err *comment_store_list(struct sql_tx *tx, struct ctx *c, const struct comment_list_req *req,
                               struct comment_item_list *out)
{
    struct sql_rows r;
    struct comment_item_list list = {0};

    TRY(sql_query(
        tx, c, &r,
        "SELECT id, user_id, text, created_at, hidden_at FROM comment_item WHERE video_id = ?"
        " AND created_at <= ? AND (created_at < ? OR id < ?) ORDER BY created_at DESC, "
        "id DESC LIMIT ?",
        sql_int(req->video_id), sql_before(req->before_time), sql_before(req->before_time),
        sql_int(req->before_id), sql_int(req->limit)));
    list.at = arena_array(c->arena, struct comment_item, r.count);
    while (sql_next(&r))
        list.at[list.count++] = read_row(&r, req->video_id);
    *out = list;
    return NULL;
}

struct err *comment_store_list_by(struct sql_tx *tx, struct ctx *c,
                                  const struct comment_list_by_req *req,
                                  struct comment_item_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, user_id, text, created_at, hidden_at, video_id FROM comment_item"
                  " WHERE user_id = ? AND created_at <= ? AND (created_at < ? OR id < ?)"
                  " ORDER BY created_at DESC, id DESC LIMIT ?",
                  sql_int(req->user_id), sql_before(req->before_time), sql_before(req->before_time),
                  sql_int(req->before_id), sql_int(req->limit)));
    *out = (struct comment_item_list){arena_array(c->arena, struct comment_item, r.count), 0};
    while (sql_next(&r))
        out->at[out->count++] = read_row(&r, sql_i64(&r, 5));
    return NULL;
}
