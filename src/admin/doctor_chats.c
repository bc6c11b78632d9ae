/* Conversations against their lines: each side's row tells the newest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "doctor_parts.h"

enum { PAIRS = 500 };

/* For each pair of the span its newest line, then both sides of it. Without subqueries that look at
 * the row around them: MariaDB loses their columns when such a statement runs a second time. */
#define SPAN " FROM message_line WHERE low_id >= ? AND low_id < ?"
#define TRUTH                                                                                   \
    "SELECT s.user_id AS user_id, s.peer_id AS peer_id, s.last_at AS last_at, l.id AS last_id," \
    " l.from_id AS last_from, l.content AS last_content, coalesce(g.got_at, 0) AS received_at"  \
    " FROM (SELECT low_id AS user_id, high_id AS peer_id, low_id, high_id, max(created_at) AS"  \
    " last_at" SPAN " GROUP BY low_id, high_id"                                                 \
    " UNION ALL SELECT high_id, low_id, low_id, high_id, max(created_at)" SPAN                  \
    " GROUP BY low_id, high_id) AS s"                                                           \
    " JOIN message_line AS l ON l.low_id = s.low_id AND l.high_id = s.high_id"                  \
    " AND l.created_at = s.last_at"                                                             \
    " LEFT JOIN (SELECT low_id, high_id, from_id, max(created_at) AS got_at" SPAN               \
    " GROUP BY low_id, high_id, from_id) AS g ON g.low_id = s.low_id AND g.high_id = s.high_id" \
    " AND g.from_id = s.peer_id"

static struct str tell_wrong(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a,
                     "the conversation of user %" PRId64 " with user %" PRId64
                     " does not tell its newest message",
                     sql_i64(row, 0), sql_i64(row, 1));
}

static struct str tell_empty(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a,
                     "the conversation of user %" PRId64 " with user %" PRId64 " has no messages",
                     sql_i64(row, 0), sql_i64(row, 1));
}

#define EMPTY                                                                      \
    " FROM message_conversation WHERE user_id >= ? AND user_id < ? AND NOT EXISTS" \
    " (SELECT 1 FROM message_line WHERE"                                           \
    " low_id = CASE WHEN user_id < peer_id THEN user_id ELSE peer_id END"          \
    " AND high_id = CASE WHEN user_id < peer_id THEN peer_id ELSE user_id END)"

#define WRONG                                                                                   \
    " FROM (" TRUTH ") AS t LEFT JOIN message_conversation AS k ON k.user_id = t.user_id AND"   \
    " k.peer_id = t.peer_id WHERE k.user_id IS NULL OR k.last_at <> t.last_at OR"               \
    " k.last_id <> t.last_id OR k.last_from <> t.last_from OR k.last_content <> t.last_content" \
    " OR k.received_at <> t.received_at OR k.delivered_at > t.received_at"

struct err *doctor_chats_check(struct doctor *d, struct ctx *c)
{
    static const struct doctor_rows wrong = {
        .db = ADMIN_DB_MESSAGE,
        .next = "SELECT min(low_id) FROM message_line WHERE low_id >= ?",
        .find = "SELECT t.user_id, t.peer_id" WRONG " ORDER BY t.user_id, t.peer_id",
        .fix = "REPLACE INTO message_conversation (user_id, peer_id, last_at, last_id, last_from,"
               " last_content, received_at, delivered_at) SELECT t.user_id, t.peer_id, t.last_at,"
               " t.last_id, t.last_from, t.last_content, t.received_at, CASE"
               " WHEN k.delivered_at IS NULL THEN 0 WHEN k.delivered_at < t.received_at"
               " THEN k.delivered_at ELSE t.received_at END" WRONG,
        .find_pairs = 3,
        .fix_pairs = 3,
        .span = PAIRS,
        .tell = tell_wrong,
    };
    static const struct doctor_rows empty = {
        .db = ADMIN_DB_MESSAGE,
        .next = "SELECT min(user_id) FROM message_conversation WHERE user_id >= ?",
        .find = "SELECT user_id, peer_id" EMPTY,
        .fix = "DELETE" EMPTY,
        .find_pairs = 1,
        .fix_pairs = 1,
        .span = PAIRS,
        .tell = tell_empty,
    };

    TRY(doctor_rows_check(d, c, &wrong));
    return doctor_rows_check(d, c, &empty);
}
