/* Usage rows: kept by every write of a video, compared with the quota before one more. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_usage.h"

#include <inttypes.h>

#include "video_upload_store.h"

static struct err *hold(struct sql_tx *tx, struct ctx *c, int64_t author)
{
    return sql_hold(
        tx, c, "INSERT INTO video_usage (author_id, videos, bytes, pending) VALUES (?, 0, 0, 0)",
        sql_int(author));
}

struct err *video_usage_move(struct sql_tx *tx, struct ctx *c, int64_t author,
                             const struct video_usage *by)
{
    TRY(hold(tx, c, author));
    return sql_exec(tx, c,
                    "UPDATE video_usage SET videos = videos + ?, bytes = bytes + ?,"
                    " pending = pending + ? WHERE author_id = ?",
                    sql_int(by->videos), sql_int(by->bytes), sql_int(by->pending), sql_int(author));
}

struct err *video_usage_forget(struct sql_tx *tx, struct ctx *c, int64_t author)
{
    return sql_exec(tx, c, "DELETE FROM video_usage WHERE author_id = ? AND videos = 0",
                    sql_int(author));
}

#define USAGE "SELECT videos, bytes, pending FROM video_usage WHERE author_id = ?"

static struct video_usage take_usage(struct sql_rows *r)
{
    if (!sql_next(r))
        return (struct video_usage){0};
    return (struct video_usage){sql_i64(r, 0), sql_i64(r, 1), sql_i64(r, 2)};
}

/* A limit of 0 is none. No addition here can overflow, whatever a caller says it will bring. */
static bool fits(int64_t used, int64_t more, int64_t limit)
{
    return limit == 0 || (used < limit && more <= limit - used);
}

static struct err *used_up(struct ctx *c, const char *what, int64_t limit)
{
    return err_reason(c, ERR_PRECONDITION, "quota_used_up",
                      "your account may have at most %" PRId64 " %s", limit, what);
}

/* What is open counts as if it were there: its author has the room when it is. */
static struct err *check(struct sql_tx *tx, struct ctx *c, const struct video_quota *quota,
                         const struct video_wish *wish, struct video_usage used)
{
    int64_t count, open;

    TRY(video_upload_store_open(tx, c, wish->author_id, &count, &open));
    used.bytes += open - wish->open;
    if (!fits(used.videos, 1, quota->videos))
        return used_up(c, "videos", quota->videos);
    if (!fits(used.bytes, wish->bytes, quota->bytes))
        return used_up(c, "bytes of videos", quota->bytes);
    if (!fits(used.pending, 1, quota->pending))
        return used_up(c, "videos that wait to be processed", quota->pending);
    return NULL;
}

struct err *video_usage_check(struct sql_tx *tx, struct ctx *c, const struct video_quota *quota,
                              const struct video_wish *wish)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, USAGE, sql_int(wish->author_id)));
    return check(tx, c, quota, wish, take_usage(&r));
}

struct err *video_usage_claim(struct sql_tx *tx, struct ctx *c, const struct video_quota *quota,
                              const struct video_wish *wish)
{
    struct sql_rows r;

    TRY(hold(tx, c, wish->author_id));
    TRY(sql_lock(tx, c, &r, USAGE, sql_int(wish->author_id)));
    return check(tx, c, quota, wish, take_usage(&r));
}

int64_t video_usage_pending(enum video_state state)
{
    return state == VIDEO_PENDING || state == VIDEO_PROCESSING;
}

struct err *video_usage_follow(struct sql_tx *tx, struct ctx *c, const struct video_item *before,
                               enum video_state state)
{
    const struct video_usage by = {.pending = video_usage_pending(state) -
                                              video_usage_pending(before->state)};

    return by.pending ? video_usage_move(tx, c, before->author_id, &by) : NULL;
}
