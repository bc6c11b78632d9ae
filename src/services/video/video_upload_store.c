/* Uploads: rows in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_upload_store.h"

struct err *video_upload_store_add(struct sql_tx *tx, struct ctx *c, const struct video_upload *u)
{
    return sql_exec(tx, c,
                    "INSERT INTO video_upload (author_id, id, length, received, parts, metadata,"
                    " expires_at, video_id) VALUES (?, ?, ?, 0, 0, ?, ?, 0)",
                    sql_int(u->author_id), sql_int(u->id), sql_int(u->length),
                    sql_text(u->metadata), sql_int(u->expires_at));
}

#define UPLOAD                                                                         \
    "SELECT length, received, parts, metadata, expires_at, video_id FROM video_upload" \
    " WHERE author_id = ? AND id = ?"

static struct err *read_one(struct ctx *c, struct sql_rows *r, int64_t author, int64_t id,
                            struct video_upload *out)
{
    if (!sql_next(r))
        return err_reason(c, ERR_NOT_FOUND, "upload_not_found", "no such upload");
    *out = (struct video_upload){
        .author_id = author,
        .id = id,
        .length = sql_i64(r, 0),
        .received = sql_i64(r, 1),
        .part_count = sql_i64(r, 2),
        .metadata = sql_str(r, 3),
        .expires_at = sql_i64(r, 4),
        .video_id = sql_i64(r, 5),
    };
    return NULL;
}

struct err *video_upload_store_get(struct sql_tx *tx, struct ctx *c, int64_t author, int64_t id,
                                   struct video_upload *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, UPLOAD, sql_int(author), sql_int(id)));
    return read_one(c, &r, author, id, out);
}

struct err *video_upload_store_lock(struct sql_tx *tx, struct ctx *c, int64_t author, int64_t id,
                                    struct video_upload *out)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, UPLOAD, sql_int(author), sql_int(id)));
    return read_one(c, &r, author, id, out);
}

struct err *video_upload_store_parts(struct sql_tx *tx, struct ctx *c, struct video_upload *u)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT start, bytes, name FROM video_upload_part WHERE author_id = ?"
                  " AND upload_id = ? ORDER BY start",
                  sql_int(u->author_id), sql_int(u->id)));
    u->parts = (struct video_upload_part_list){
        arena_array(c->arena, struct video_upload_part, r.count), 0};
    while (sql_next(&r))
        u->parts.at[u->parts.count++] =
            (struct video_upload_part){sql_i64(&r, 0), sql_i64(&r, 1), sql_str(&r, 2)};
    return NULL;
}

struct err *video_upload_store_add_part(struct sql_tx *tx, struct ctx *c,
                                        const struct video_upload *u,
                                        const struct video_upload_part *part)
{
    TRY(sql_exec(tx, c,
                 "INSERT INTO video_upload_part (author_id, upload_id, start, bytes, name)"
                 " VALUES (?, ?, ?, ?, ?)",
                 sql_int(u->author_id), sql_int(u->id), sql_int(part->start), sql_int(part->bytes),
                 sql_text(part->name)));
    return sql_exec(tx, c,
                    "UPDATE video_upload SET received = ?, parts = parts + 1"
                    " WHERE author_id = ? AND id = ?",
                    sql_int(part->start + part->bytes), sql_int(u->author_id), sql_int(u->id));
}

static struct err *remove_parts(struct sql_tx *tx, struct ctx *c, int64_t author, int64_t id)
{
    return sql_exec(tx, c, "DELETE FROM video_upload_part WHERE author_id = ? AND upload_id = ?",
                    sql_int(author), sql_int(id));
}

struct err *video_upload_store_publish(struct sql_tx *tx, struct ctx *c,
                                       const struct video_upload *u, int64_t video,
                                       int64_t expires_at)
{
    TRY(remove_parts(tx, c, u->author_id, u->id));
    return sql_exec(tx, c,
                    "UPDATE video_upload SET video_id = ?, expires_at = ?"
                    " WHERE author_id = ? AND id = ?",
                    sql_int(video), sql_int(expires_at), sql_int(u->author_id), sql_int(u->id));
}

struct err *video_upload_store_remove(struct sql_tx *tx, struct ctx *c, int64_t author, int64_t id)
{
    TRY(remove_parts(tx, c, author, id));
    return sql_exec(tx, c, "DELETE FROM video_upload WHERE author_id = ? AND id = ?",
                    sql_int(author), sql_int(id));
}

struct err *video_upload_store_open(struct sql_tx *tx, struct ctx *c, int64_t author,
                                    int64_t *count, int64_t *bytes)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT count(*), coalesce(sum(length), 0) FROM video_upload"
                  " WHERE author_id = ? AND video_id = 0",
                  sql_int(author)));
    (void)sql_next(&r);
    *count = sql_i64(&r, 0);
    *bytes = sql_i64(&r, 1);
    return NULL;
}

struct err *video_upload_store_owner(struct sql_tx *tx, struct ctx *c, int64_t id, int64_t *author)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT author_id FROM video_upload WHERE id = ?", sql_int(id)));
    *author = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

struct err *video_upload_store_all(struct sql_tx *tx, struct ctx *c, int64_t author, int64_t limit,
                                   struct i64_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT id FROM video_upload WHERE author_id = ? LIMIT ?",
                  sql_int(author), sql_int(limit)));
    *out = (struct i64_list){sql_i64_column(&r, c, 0), r.count};
    return NULL;
}
