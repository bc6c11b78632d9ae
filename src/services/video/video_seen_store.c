/* What was seen and what is not wanted: rows in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_seen_store.h"

struct err *video_seen_store_add(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                 const struct video_item *video, int64_t watched_ms)
{
    return sql_put(tx, c, 2,
                   "INSERT INTO video_seen (viewer_id, video_id, video_at, watched_ms)"
                   " VALUES (?, ?, ?, ?)",
                   sql_int(viewer), sql_int(video->id), sql_int(video->created_at),
                   sql_int(watched_ms));
}

struct err *video_seen_store_add_unwanted(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                          const struct video_item *video)
{
    return sql_put(tx, c, 2,
                   "INSERT INTO video_unwanted (viewer_id, video_id, video_at) VALUES (?, ?, ?)",
                   sql_int(viewer), sql_int(video->id), sql_int(video->created_at));
}

#define LIST(table)                                                                 \
    "SELECT video_id, video_at FROM " table " WHERE viewer_id = ? AND video_at < ?" \
    " ORDER BY video_at DESC, video_id DESC LIMIT ?"

static struct err *list(struct sql_tx *tx, struct ctx *c, const char *text, struct sql_args args,
                        struct video_times *out)
{
    struct sql_rows r;

    TRY(sql_run(tx, c, &r, NULL, text, args));
    *out = (struct video_times){sql_i64_column(&r, c, 0), sql_i64_column(&r, c, 1), r.count};
    return NULL;
}

struct err *video_seen_store_list(struct sql_tx *tx, struct ctx *c, int64_t viewer, int64_t before,
                                  int64_t limit, struct video_times *out)
{
    return list(tx, c, LIST("video_seen"),
                SQL_ARGS(sql_int(viewer), sql_int(before), sql_int(limit)), out);
}

struct err *video_seen_store_unwanted(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                      int64_t before, int64_t limit, struct video_times *out)
{
    return list(tx, c, LIST("video_unwanted"),
                SQL_ARGS(sql_int(viewer), sql_int(before), sql_int(limit)), out);
}

/* The time of the last one that is kept; 0: all of them are. */
static int64_t edge(const struct video_times *newest, int64_t keep)
{
    return (int64_t)newest->count > keep ? newest->times[keep - 1] : 0;
}

struct err *video_seen_store_trim(struct sql_tx *tx, struct ctx *c, int64_t viewer, int64_t keep)
{
    struct video_times newest;

    TRY(video_seen_store_list(tx, c, viewer, INT64_MAX, keep + 1, &newest));
    return sql_exec(tx, c, "DELETE FROM video_seen WHERE viewer_id = ? AND video_at < ?",
                    sql_int(viewer), sql_int(edge(&newest, keep)));
}

struct err *video_seen_store_trim_unwanted(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                           int64_t keep)
{
    struct video_times newest;

    TRY(video_seen_store_unwanted(tx, c, viewer, INT64_MAX, keep + 1, &newest));
    return sql_exec(tx, c, "DELETE FROM video_unwanted WHERE viewer_id = ? AND video_at < ?",
                    sql_int(viewer), sql_int(edge(&newest, keep)));
}

struct err *video_seen_store_forget(struct sql_tx *tx, struct ctx *c, int64_t viewer)
{
    TRY(sql_exec(tx, c, "DELETE FROM video_seen WHERE viewer_id = ?", sql_int(viewer)));
    return sql_exec(tx, c, "DELETE FROM video_unwanted WHERE viewer_id = ?", sql_int(viewer));
}
