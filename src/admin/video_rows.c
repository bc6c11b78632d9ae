/* The video service's own rows, read past its API: see docs/decisions/doctor.md. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_rows.h"

#include "media_key.h"

enum { PAGE = 200 };

#define COLUMNS \
    "SELECT id, generation, state, asset, original, play, hls, cover, cover_webp FROM video_item"

enum { ID, GENERATION, STATE, ASSET, ORIGINAL, PLAY, HLS, COVER, COVER_WEBP };

static struct video_row read_row(struct ctx *c, const struct sql_rows *r)
{
    struct str asset = sql_str(r, ASSET);

    return (struct video_row){
        .id = sql_i64(r, ID),
        .generation = sql_i64(r, GENERATION),
        .state = sql_i64(r, STATE),
        .asset = asset,
        .keys = {media_key(c->arena, asset, 0, sql_str(r, ORIGINAL)), sql_str(r, PLAY),
                 sql_str(r, HLS), sql_str(r, COVER), sql_str(r, COVER_WEBP)},
        .hls = sql_str(r, HLS),
    };
}

static struct err *read_page(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct video_page *page = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, COLUMNS " WHERE id > ? ORDER BY id LIMIT ?", sql_int(page->last),
                  sql_int(PAGE)));
    page->rows = arena_array(c->arena, struct video_row, r.count);
    for (page->count = 0; sql_next(&r); page->last = sql_i64(&r, ID))
        page->rows[page->count++] = read_row(c, &r);
    return NULL;
}

struct err *video_rows_next(struct sql *db, struct ctx *c, struct video_page *page)
{
    return sql_read(db, c, read_page, page);
}

struct asset_question {
    struct str asset;
    struct video_row row;
    bool found;
};

static struct err *read_asset(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct asset_question *q = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, COLUMNS " WHERE asset = ?", sql_text(q->asset)));
    q->found = sql_next(&r);
    if (q->found)
        q->row = read_row(c, &r);
    return NULL;
}

struct err *video_rows_of_asset(struct sql *db, struct ctx *c, struct str asset,
                                struct video_row *out, bool *found)
{
    struct asset_question q = {.asset = asset};

    TRY(sql_read(db, c, read_asset, &q));
    *found = q.found;
    *out = q.row;
    return NULL;
}
