/* Counters against their sets, and rows whose owner is gone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "doctor_parts.h"
#include "json.h"

enum { USERS = 1000, VIDEOS = 100000, STRAYS = 10000 };

/* From column 1 on: what the row holds, and what is right; -1: there is no row. */
static struct str tell_counts(struct arena *a, const char *what, const char *const *names,
                              size_t count, const struct sql_rows *row)
{
    int64_t *is = arena_array(a, int64_t, count), *right = arena_array(a, int64_t, count);

    for (size_t i = 0; i < count; i++) {
        is[i] = sql_i64(row, 1 + 2 * i);
        right[i] = sql_i64(row, 2 + 2 * i);
    }
    return doctor_counts_text(
        a, &(struct doctor_counts){what, names, count, sql_i64(row, 0), is, right});
}

struct str doctor_counts_text(struct arena *a, const struct doctor_counts *k)
{
    struct json text = {.arena = a};

    json_raw(&text, arena_str(a, "%s %" PRId64, k->what, k->id));
    if (k->is[0] < 0) {
        json_lit(&text, " has no counts");
        return json_str(&text);
    }
    for (size_t i = 0, told = 0; i < k->count; i++)
        if (k->is[i] != k->right[i])
            json_raw(&text, arena_str(a, "%s %s is %" PRId64 ", %" PRId64 " is right",
                                      told++ ? ";" : ":", k->names[i], k->is[i], k->right[i]));
    return json_str(&text);
}

/* ---- videos. Likes have no index by video: one pass over them counts for a whole span ---- */

static struct str tell_video(struct arena *a, const struct sql_rows *row)
{
    static const char *const names[] = {"favorite_count", "comment_count"};

    return tell_counts(a, "video", names, COUNT(names), row);
}

#define VIDEO_TRUTH                                                                      \
    "SELECT v.id AS id, coalesce(m.n, 0) AS favorites,"                                  \
    " (SELECT count(*) FROM comment_item AS c WHERE c.video_id = v.id) AS comments"      \
    " FROM video_item AS v LEFT JOIN (SELECT video_id, count(*) AS n FROM favorite_mark" \
    " WHERE video_id >= ? AND video_id < ? GROUP BY video_id) AS m ON m.video_id = v.id" \
    " WHERE v.id >= ? AND v.id < ?"

struct err *doctor_video_counts_check(struct doctor *d, struct ctx *c)
{
    static const struct doctor_rows rows = {
        .next = "SELECT min(id) FROM video_item WHERE id >= ?",
        .find = "SELECT t.id, coalesce(k.favorite_count, -1), t.favorites,"
                " coalesce(k.comment_count, -1), t.comments FROM (" VIDEO_TRUTH ") AS t"
                " LEFT JOIN video_count AS k ON k.video_id = t.id WHERE k.favorite_count IS NOT"
                " t.favorites OR k.comment_count IS NOT t.comments ORDER BY t.id",
        .fix = "INSERT INTO video_count (video_id, favorite_count, comment_count) " VIDEO_TRUTH
               " ON CONFLICT (video_id) DO UPDATE SET favorite_count = excluded.favorite_count,"
               " comment_count = excluded.comment_count WHERE favorite_count <>"
               " excluded.favorite_count OR comment_count <> excluded.comment_count",
        .find_pairs = 2,
        .fix_pairs = 2,
        .span = VIDEOS,
        .tell = tell_video,
    };

    return doctor_rows_check(d, c, &rows);
}

/* ---- users: likes that a user's videos have got are those that the videos count ---- */

static struct str tell_user(struct arena *a, const struct sql_rows *row)
{
    static const char *const names[] = {"follow_count", "follower_count", "total_favorited",
                                        "work_count", "favorite_count"};

    return tell_counts(a, "user", names, COUNT(names), row);
}

#define USER_TRUTH                                                                           \
    "SELECT u.id AS id,"                                                                     \
    " (SELECT count(*) FROM relation_edge AS e WHERE e.user_id = u.id) AS follows,"          \
    " (SELECT count(*) FROM relation_edge AS e WHERE e.target_id = u.id) AS followers,"      \
    " (SELECT coalesce(sum(k.favorite_count), 0) FROM video_item AS v JOIN video_count AS k" \
    " ON k.video_id = v.id WHERE v.author_id = u.id) AS favorited,"                          \
    " (SELECT count(*) FROM video_item AS v WHERE v.author_id = u.id) AS works,"             \
    " (SELECT count(*) FROM favorite_mark AS m WHERE m.user_id = u.id) AS favorites"         \
    " FROM user_account AS u WHERE u.id >= ? AND u.id < ?"

struct err *doctor_user_counts_check(struct doctor *d, struct ctx *c)
{
    static const struct doctor_rows rows = {
        .next = "SELECT min(id) FROM user_account WHERE id >= ?",
        .find = "SELECT t.id, coalesce(k.follow_count, -1), t.follows, k.follower_count,"
                " t.followers, k.total_favorited, t.favorited, k.work_count, t.works,"
                " k.favorite_count, t.favorites FROM (" USER_TRUTH ") AS t LEFT JOIN user_count AS"
                " k ON k.user_id = t.id WHERE k.follow_count IS NOT t.follows OR k.follower_count"
                " IS NOT t.followers OR k.total_favorited IS NOT t.favorited OR k.work_count IS NOT"
                " t.works OR k.favorite_count IS NOT t.favorites ORDER BY t.id",
        .fix = "INSERT INTO user_count (user_id, follow_count, follower_count, total_favorited,"
               " work_count, favorite_count) " USER_TRUTH " ON CONFLICT (user_id) DO UPDATE SET"
               " follow_count = excluded.follow_count, follower_count = excluded.follower_count,"
               " total_favorited = excluded.total_favorited, work_count = excluded.work_count,"
               " favorite_count = excluded.favorite_count",
        .find_pairs = 1,
        .fix_pairs = 1,
        .span = USERS,
        .tell = tell_user,
    };

    return doctor_rows_check(d, c, &rows);
}

/* ---- what the quota compares: authors without videos may have no row ---- */

static struct str tell_usage(struct arena *a, const struct sql_rows *row)
{
    static const char *const names[] = {"videos", "bytes", "pending"};

    return tell_counts(a, "quota of user", names, COUNT(names), row);
}

#define USAGE_TRUTH                                                                          \
    "SELECT u.id AS id, count(v.id) AS videos, coalesce(sum(v.bytes), 0) AS bytes,"          \
    " coalesce(sum(CASE WHEN v.state IN (0, 1) THEN 1 ELSE 0 END), 0) AS pending FROM"       \
    " (SELECT author_id AS id FROM video_usage WHERE author_id >= ? AND author_id < ? UNION" \
    " SELECT author_id FROM video_item WHERE author_id >= ? AND author_id < ?) AS u"         \
    " LEFT JOIN video_item AS v ON v.author_id = u.id GROUP BY u.id"

struct err *doctor_usage_check(struct doctor *d, struct ctx *c)
{
    static const struct doctor_rows rows = {
        .db = ADMIN_DB_VIDEO,
        .next = "SELECT min(id) FROM (SELECT min(author_id) AS id FROM video_usage"
                " WHERE author_id >= ? UNION ALL SELECT min(author_id) FROM video_item"
                " WHERE author_id >= ?) AS authors",
        .next_marks = 2,
        .find = "SELECT t.id, coalesce(k.videos, 0), t.videos, coalesce(k.bytes, 0), t.bytes,"
                " coalesce(k.pending, 0), t.pending FROM (" USAGE_TRUTH ") AS t LEFT JOIN"
                " video_usage AS k ON k.author_id = t.id WHERE coalesce(k.videos, 0) <> t.videos OR"
                " coalesce(k.bytes, 0) <> t.bytes OR coalesce(k.pending, 0) <> t.pending"
                " ORDER BY t.id",
        .fix = "REPLACE INTO video_usage (author_id, videos, bytes, pending)"
               " SELECT t.id, t.videos, t.bytes, t.pending FROM (" USAGE_TRUTH ") AS t",
        .find_pairs = 2,
        .fix_pairs = 2,
        .span = USERS,
        .tell = tell_usage,
    };

    return doctor_rows_check(d, c, &rows);
}

/* ---- what hangs on nothing ---- */

static struct str tell_comments(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a, "%" PRId64 " comments on video %" PRId64 ", which is not there",
                     sql_i64(row, 1), sql_i64(row, 0));
}

static struct str tell_stray_video(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a, "counts of video %" PRId64 ", which is not there", sql_i64(row, 0));
}

static struct str tell_stray_user(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a, "counts of user %" PRId64 ", who is not there", sql_i64(row, 0));
}

#define OWNERLESS(key, owner) \
    key " >= ? AND " key " < ? AND NOT EXISTS (SELECT 1 FROM " owner " WHERE id = " key ")"
/* What a cluster keeps apart is compared by doctor_across.c. */
#define COMMENTS " FROM comment_item WHERE " OWNERLESS("video_id", "video_item")
#define COUNTS_OF_VIDEOS " FROM video_count WHERE " OWNERLESS("video_id", "video_item")
#define COUNTS_OF_USERS " FROM user_count WHERE " OWNERLESS("user_id", "user_account")

static const struct doctor_rows stray_comments = {
    .db = ADMIN_DB_COMMENT,
    .next = "SELECT min(video_id) FROM comment_item WHERE video_id >= ?",
    .find = "SELECT video_id, count(*)" COMMENTS " GROUP BY video_id",
    .fix = "DELETE" COMMENTS,
    .find_pairs = 1,
    .fix_pairs = 1,
    .span = STRAYS,
    .tell = tell_comments,
};

struct err *doctor_stray_counts_check(struct doctor *d, struct ctx *c)
{
    static const struct doctor_rows strays[] = {
        {.db = ADMIN_DB_VIDEO,
         .next = "SELECT min(video_id) FROM video_count WHERE video_id >= ?",
         .find = "SELECT video_id" COUNTS_OF_VIDEOS,
         .fix = "DELETE" COUNTS_OF_VIDEOS,
         .tell = tell_stray_video},
        {.db = ADMIN_DB_USER,
         .next = "SELECT min(user_id) FROM user_count WHERE user_id >= ?",
         .find = "SELECT user_id" COUNTS_OF_USERS,
         .fix = "DELETE" COUNTS_OF_USERS,
         .tell = tell_stray_user},
    };

    for (size_t i = 0; i < COUNT(strays); i++) {
        struct doctor_rows rows = strays[i];

        rows.find_pairs = rows.fix_pairs = 1;
        rows.span = STRAYS;
        TRY(doctor_rows_check(d, c, &rows));
    }
    return NULL;
}

struct err *doctor_strays_check(struct doctor *d, struct ctx *c)
{
    TRY(doctor_rows_check(d, c, &stray_comments));
    return doctor_stray_counts_check(d, c);
}
