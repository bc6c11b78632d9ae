/* Videos: rows in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_store.h"

#include <inttypes.h>

#define MEDIA_COLUMNS                                                                        \
    "asset, generation, original, play, hls, cover, cover_webp, width, height, duration_ms," \
    " color"
enum { MEDIA_COUNT = 11 };

static struct video_media *read_media(struct ctx *c, const struct sql_rows *r, size_t at)
{
    struct video_media *m = arena_new(c->arena, struct video_media);

    *m = (struct video_media){
        .asset = sql_str(r, at),
        .generation = sql_i64(r, at + 1),
        .original = sql_str(r, at + 2),
        .play = sql_str(r, at + 3),
        .hls = sql_str(r, at + 4),
        .cover = sql_str(r, at + 5),
        .cover_webp = sql_str(r, at + 6),
        .width = sql_i64(r, at + 7),
        .height = sql_i64(r, at + 8),
        .duration_ms = sql_i64(r, at + 9),
        .color = sql_str(r, at + 10),
    };
    return m;
}

struct err *video_store_add(struct sql_tx *tx, struct ctx *c, const struct video_item *item)
{
    const struct video_media *m = item->media;

    TRY(sql_exec(
        tx, c,
        "INSERT INTO video_item (id, author_id, title, created_at, shown, state,"
        " bytes, " MEDIA_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        sql_int(item->id), sql_int(item->author_id), sql_text(item->title),
        sql_int(item->created_at), sql_int(item->shown), sql_int(item->state), sql_int(item->bytes),
        sql_text(m->asset), sql_int(m->generation), sql_text(m->original), sql_text(m->play),
        sql_text(m->hls), sql_text(m->cover), sql_text(m->cover_webp), sql_int(m->width),
        sql_int(m->height), sql_int(m->duration_ms), sql_text(m->color)));
    return sql_exec(tx, c, "INSERT INTO video_count (video_id) VALUES (?)", sql_int(item->id));
}

#define ITEM                                                                                    \
    "SELECT " MEDIA_COLUMNS ", id, author_id, title, created_at, state, shown, favorite_count," \
    " comment_count, bytes, hidden_at FROM video_item JOIN video_count ON video_id = id"

static struct video_item read_item(struct ctx *c, const struct sql_rows *r)
{
    return (struct video_item){
        .media = read_media(c, r, 0),
        .id = sql_i64(r, MEDIA_COUNT),
        .author_id = sql_i64(r, MEDIA_COUNT + 1),
        .title = sql_str(r, MEDIA_COUNT + 2),
        .created_at = sql_i64(r, MEDIA_COUNT + 3),
        .state = (enum video_state)sql_i64(r, MEDIA_COUNT + 4),
        .shown = sql_i64(r, MEDIA_COUNT + 5) != 0,
        .favorite_count = sql_i64(r, MEDIA_COUNT + 6),
        .comment_count = sql_i64(r, MEDIA_COUNT + 7),
        .bytes = sql_i64(r, MEDIA_COUNT + 8),
        .hidden_at = sql_i64(r, MEDIA_COUNT + 9),
    };
}

struct err *video_store_get_all(struct sql_tx *tx, struct ctx *c, struct i64_list ids,
                                struct video_item_list *out)
{
    static const char *const texts[] = SQL_IDS(ITEM " WHERE id IN (", ")");
    struct video_item_list list = {arena_array(c->arena, struct video_item, ids.count), 0};
    struct sql_rows r;

    TRY(sql_query_ids(tx, c, &r, texts, ids.at, ids.count));
    for (size_t i = 0; i < ids.count; i++)
        if (sql_seek(&r, MEDIA_COUNT, ids.at[i]))
            list.at[list.count++] = read_item(c, &r);
    *out = list;
    return NULL;
}

struct err *video_store_get(struct sql_tx *tx, struct ctx *c, int64_t id, struct video_item *out,
                            bool *found)
{
    struct video_item_list one;

    TRY(video_store_get_all(tx, c, (struct i64_list){&id, 1}, &one));
    *found = one.count > 0;
    if (*found)
        *out = one.at[0];
    return NULL;
}

struct err *video_store_lock(struct sql_tx *tx, struct ctx *c, int64_t id, struct video_item *out,
                             bool *found)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, ITEM " WHERE id = ?", sql_int(id)));
    *found = sql_next(&r);
    if (*found)
        *out = read_item(c, &r);
    return NULL;
}

static void take_list(struct ctx *c, struct sql_rows *r, struct video_list_resp *out)
{
    *out = (struct video_list_resp){.ids = {sql_i64_column(r, c, 0), r->count},
                                    .times = {sql_i64_column(r, c, 1), r->count}};
}

static void take_items(struct ctx *c, struct sql_rows *r, struct video_list_resp *out)
{
    struct video_list_resp list = {
        .ids = {sql_i64_column(r, c, MEDIA_COUNT), r->count},
        .times = {sql_i64_column(r, c, MEDIA_COUNT + 3), r->count},
        .items.at = arena_array(c->arena, struct video_item, r->count),
    };

    while (sql_next(r))
        list.items.at[list.items.count++] = read_item(c, r);
    *out = list;
}

#define IDS "SELECT id, created_at FROM video_item"
#define OF_FEED " WHERE shown = 1 AND created_at < ? ORDER BY created_at DESC, id DESC LIMIT ?"
#define OF_AUTHOR                                                                            \
    " WHERE author_id = ? AND shown >= ? AND created_at <= ? AND (created_at < ? OR id < ?)" \
    " ORDER BY created_at DESC, id DESC LIMIT ?"

struct err *video_store_feed(struct sql_tx *tx, struct ctx *c,
                             const struct video_list_feed_req *req, struct video_list_resp *out)
{
    struct sql_args args = SQL_ARGS(sql_int(req->before), sql_int(req->limit));
    struct sql_rows r;

    TRY(sql_run(tx, c, &r, NULL, req->with_items ? ITEM OF_FEED : IDS OF_FEED, args));
    (req->with_items ? take_items : take_list)(c, &r, out);
    return NULL;
}

struct err *video_store_by_author(struct sql_tx *tx, struct ctx *c,
                                  const struct video_list_by_author_req *req,
                                  struct video_list_resp *out)
{
    struct sql_args args =
        SQL_ARGS(sql_int(req->author_id), sql_int(!req->all), sql_before(req->before_time),
                 sql_before(req->before_time), sql_int(req->before_id), sql_int(req->limit));
    struct sql_rows r;

    TRY(sql_run(tx, c, &r, NULL, req->with_items ? ITEM OF_AUTHOR : IDS OF_AUTHOR, args));
    (req->with_items ? take_items : take_list)(c, &r, out);
    return NULL;
}

/* `shown` as a range: with a value it would look like a key, and all authors' videos be read. */
struct err *video_store_by_authors(struct sql_tx *tx, struct ctx *c, struct i64_list authors,
                                   int64_t from, int64_t before, struct video_list_resp *out)
{
    static const char *const texts[] =
        SQL_IDS(IDS " WHERE created_at >= ? AND created_at < ? AND shown >= 1 AND author_id IN (",
                ") ORDER BY created_at DESC, id DESC LIMIT 128");
    struct sql_rows r;

    _Static_assert(VIDEO_STORE_SPAN_ROWS == 128, "the number in the text");
    TRY(sql_query_ids(tx, c, &r, texts, authors.at, authors.count, sql_int(from), sql_int(before)));
    take_list(c, &r, out);
    return NULL;
}

struct err *video_store_get_job(struct sql_tx *tx, struct ctx *c, int64_t id,
                                struct video_get_media_resp *out, bool *found)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT " MEDIA_COLUMNS ", state, progress, attempts, reason, message, hidden_at,"
                  " hide_reason"
                  " FROM video_item WHERE id = ?",
                  sql_int(id)));
    *found = sql_next(&r);
    if (!*found)
        return NULL;
    *out = (struct video_get_media_resp){
        .media = read_media(c, &r, 0),
        .state = (enum video_state)sql_i64(&r, MEDIA_COUNT),
        .progress = sql_i64(&r, MEDIA_COUNT + 1),
        .attempts = sql_i64(&r, MEDIA_COUNT + 2),
        .reason = sql_str(&r, MEDIA_COUNT + 3),
        .message = sql_str(&r, MEDIA_COUNT + 4),
        .hidden_at = sql_i64(&r, MEDIA_COUNT + 5),
        .hide_reason = sql_str(&r, MEDIA_COUNT + 6),
    };
    return NULL;
}

struct err *video_store_by_asset(struct sql_tx *tx, struct ctx *c, struct str asset,
                                 struct video_find_asset_resp *out)
{
    struct sql_rows r;

    *out = (struct video_find_asset_resp){0};
    TRY(sql_query(tx, c, &r, "SELECT id, author_id, hidden_at FROM video_item WHERE asset = ?",
                  sql_text(asset)));
    if (sql_next(&r))
        *out = (struct video_find_asset_resp){sql_i64(&r, 0), sql_i64(&r, 1), sql_i64(&r, 2) != 0};
    return NULL;
}

struct err *video_store_set_hidden(struct sql_tx *tx, struct ctx *c, const struct video_item *item,
                                   struct str reason)
{
    return sql_exec(
        tx, c, "UPDATE video_item SET hidden_at = ?, hide_reason = ?, shown = ? WHERE id = ?",
        sql_int(item->hidden_at), sql_text(reason), sql_int(item->shown), sql_int(item->id));
}

static struct err *set_files(struct sql_tx *tx, struct ctx *c, int64_t id,
                             const struct video_media *m)
{
    return sql_exec(tx, c,
                    "UPDATE video_item SET generation = ?, play = ?, hls = ?, cover = ?,"
                    " cover_webp = ?, width = ?, height = ?, duration_ms = ? WHERE id = ?",
                    sql_int(m->generation), sql_text(m->play), sql_text(m->hls), sql_text(m->cover),
                    sql_text(m->cover_webp), sql_int(m->width), sql_int(m->height),
                    sql_int(m->duration_ms), sql_int(id));
}

struct err *video_store_set_job(struct sql_tx *tx, struct ctx *c,
                                const struct video_set_media_req *req, bool shown)
{
    if (req->media)
        TRY(set_files(tx, c, req->id, req->media));
    return sql_exec(tx, c,
                    "UPDATE video_item SET state = ?, progress = ?, attempts = ?, reason = ?,"
                    " message = ?, shown = ? WHERE id = ?",
                    sql_int(req->state), sql_int(req->progress), sql_int(req->attempts),
                    sql_text(req->reason), sql_text(req->message), sql_int(shown),
                    sql_int(req->id));
}

struct err *video_store_set_title(struct sql_tx *tx, struct ctx *c, int64_t id, struct str title)
{
    return sql_exec(tx, c, "UPDATE video_item SET title = ? WHERE id = ?", sql_text(title),
                    sql_int(id));
}

struct err *video_store_remove(struct sql_tx *tx, struct ctx *c, int64_t id)
{
    TRY(sql_exec(tx, c, "DELETE FROM video_count WHERE video_id = ?", sql_int(id)));
    return sql_exec(tx, c, "DELETE FROM video_item WHERE id = ?", sql_int(id));
}

#define COUNT_BY(column) "UPDATE video_count SET " column " = " column " + ? WHERE video_id = ?"

struct err *video_store_count(struct sql_tx *tx, struct ctx *c, enum video_column column,
                              int64_t id, int64_t by, struct video_count *out)
{
    static const char *const texts[] = {
        [VIDEO_FAVORITES] = COUNT_BY("favorite_count"),
        [VIDEO_COMMENTS] = COUNT_BY("comment_count"),
    };
    struct sql_rows r;
    int64_t changed = 0;

    TRY(sql_exec_count(tx, c, &changed, texts[column], sql_int(by), sql_int(id)));
    if (!out && changed)
        return NULL;
    TRY(sql_lock(tx, c, &r,
                 "SELECT favorite_count, comment_count FROM video_count WHERE video_id = ?",
                 sql_int(id)));
    if (!sql_next(&r))
        return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no video %" PRId64, id);
    if (out)
        *out = (struct video_count){id, sql_i64(&r, 0), sql_i64(&r, 1)};
    return NULL;
}
