/* The ceiling of one transaction per like: the same statements, file and disk, and nothing around
 * them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "attr.h"
#include "clock.h"
#include "str.h"

/*
 *     likes_alone DATABASE SECONDS FIRST USERS VIDEOS
 * Likes by users 1..USERS of videos 1..VIDEOS, in an order that FIRST begins; one writer, so
 * however many wait, they are written one after the other. Prints {"likes": N, "next": FIRST,
 * "seconds": S}.
 */
enum { USAGE = 64, SOFTWARE = 70, VIDEO_STEP = 7919 };

#define COUNTS "follow_count, follower_count, total_favorited, work_count, favorite_count"
static const char *const texts[] = {
    "BEGIN IMMEDIATE",
    "SELECT author_id FROM video_item WHERE id = ?2",
    "INSERT INTO favorite_mark (user_id, video_id, author_id, created_at) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT DO NOTHING",
    "UPDATE video_count SET favorite_count = favorite_count + 1 WHERE video_id = ?2",
    "SELECT favorite_count, comment_count FROM video_count WHERE video_id = ?2",
    "UPDATE user_count SET favorite_count = favorite_count + 1 WHERE user_id = ?1",
    "SELECT " COUNTS " FROM user_count WHERE user_id = ?1",
    "UPDATE user_count SET total_favorited = total_favorited + 1 WHERE user_id = ?3",
    "SELECT " COUNTS " FROM user_count WHERE user_id = ?3",
    "COMMIT",
};
enum { BEGIN_AT, AUTHOR_AT, MARK_AT, COMMIT_AT = COUNT(texts) - 1, PARAMETERS = 4 };

struct likes {
    sqlite3 *db;
    sqlite3_stmt *statements[COUNT(texts)];
    int64_t users, videos;
};

static void must(const struct likes *l, bool good)
{
    if (good)
        return;
    (void)fprintf(stderr, "likes_alone: %s\n", sqlite3_errmsg(l->db));
    exit(SOFTWARE);
}

static void prepare(struct likes *l, const char *file)
{
    must(l, sqlite3_open_v2(file, &l->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    must(l, sqlite3_exec(l->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL,
                         NULL) == SQLITE_OK);
    for (size_t i = 0; i < COUNT(texts); i++)
        must(l, sqlite3_prepare_v3(l->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                   &l->statements[i], NULL) == SQLITE_OK);
}

/* The last row's first number, if there is a row. */
static int64_t step(const struct likes *l, size_t at, const int64_t values[PARAMETERS])
{
    sqlite3_stmt *s = l->statements[at];
    int64_t number = 0;
    int rc;

    for (int i = 0; i < sqlite3_bind_parameter_count(s); i++)
        must(l, sqlite3_bind_int64(s, i + 1, values[i]) == SQLITE_OK);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        number = sqlite3_column_int64(s, 0);
    must(l, rc == SQLITE_DONE);
    (void)sqlite3_reset(s);
    return number;
}

/* Returns 1, or 0 when it was liked already. The pairs repeat after users * videos, not before. */
static int like(const struct likes *l, int64_t n)
{
    int64_t video = 1 + (n * VIDEO_STEP + n / l->users) % l->videos;
    int64_t values[PARAMETERS] = {1 + n % l->users, video, 0, clock_wall_ms()};

    (void)step(l, BEGIN_AT, values);
    values[2] = step(l, AUTHOR_AT, values);
    (void)step(l, MARK_AT, values);
    int changed = sqlite3_changes(l->db);

    for (size_t i = MARK_AT + 1; changed && i < COMMIT_AT; i++)
        (void)step(l, i, values);
    (void)step(l, COMMIT_AT, values);
    return changed;
}

int main(int argc, char **argv)
{
    struct likes l = {0};
    int64_t seconds, first, n, done = 0;

    if (argc != 6 || !str_to_i64(str_of(argv[2]), &seconds) ||
        !str_to_i64(str_of(argv[3]), &first) || !str_to_i64(str_of(argv[4]), &l.users) ||
        !str_to_i64(str_of(argv[5]), &l.videos))
        return USAGE;
    prepare(&l, argv[1]);
    int64_t start = clock_monotonic_ns(), now = start;

    for (n = first; now < start + seconds * CLOCK_NS_PER_S; now = clock_monotonic_ns())
        done += like(&l, n++);
    printf("{\"likes\": %" PRId64 ", \"next\": %" PRId64 ", \"seconds\": %.6f}\n", done, n,
           (double)(now - start) / (double)CLOCK_NS_PER_S);
    for (size_t i = 0; i < COUNT(texts); i++)
        sqlite3_finalize(l.statements[i]);
    sqlite3_close(l.db);
    return 0;
}
