/* The table of follows: one row per user and target, read from both ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "relation_store.h"

#include "hidden_store.h"
#include "limits.h"

struct err *relation_store_add(struct sql_tx *tx, struct ctx *c, const struct relation_edge *edge,
                               bool *changed)
{
    return sql_insert(tx, c, changed,
                      "INSERT INTO relation_edge (user_id, target_id, created_at) VALUES (?, ?, ?)",
                      sql_int(edge->user_id), sql_int(edge->target_id), sql_int(edge->created_at));
}

struct err *relation_store_remove(struct sql_tx *tx, struct ctx *c,
                                  const struct relation_edge *edge, bool *changed)
{
    int64_t count = 0;

    TRY(sql_exec_count(tx, c, &count,
                       "DELETE FROM relation_edge WHERE user_id = ? AND target_id = ?",
                       sql_int(edge->user_id), sql_int(edge->target_id)));
    *changed = count > 0;
    return NULL;
}

struct err *relation_store_list(struct sql_tx *tx, struct ctx *c, const char *text,
                                struct sql_args args, struct relation_list_resp *out)
{
    struct sql_rows rows;

    TRY(sql_run(tx, c, &rows, NULL, text, args));
    *out = (struct relation_list_resp){.user_ids = {sql_i64_column(&rows, c, 0), rows.count},
                                       .times = {sql_i64_column(&rows, c, 1), rows.count}};
    return NULL;
}

struct err *relation_store_following(struct sql_tx *tx, struct ctx *c,
                                     const struct relation_list_req *req,
                                     struct relation_list_resp *out)
{
    return relation_store_list(tx, c,
                               "SELECT target_id, created_at FROM relation_edge WHERE user_id = ?"
                               " AND created_at <= ? AND (created_at < ? OR target_id < ?)"
                               " ORDER BY created_at DESC, target_id DESC LIMIT ?",
                               SQL_ARGS(sql_int(req->user_id), sql_before(req->before_time),
                                        sql_before(req->before_time), sql_int(req->before_id),
                                        sql_int(req->limit)),
                               out);
}

struct err *relation_store_followers(struct sql_tx *tx, struct ctx *c,
                                     const struct relation_list_req *req,
                                     struct relation_list_resp *out)
{
    return relation_store_list(tx, c,
                               "SELECT user_id, created_at FROM relation_edge WHERE target_id = ?"
                               " AND created_at <= ? AND (created_at < ? OR user_id < ?)"
                               " ORDER BY created_at DESC, user_id DESC LIMIT ?",
                               SQL_ARGS(sql_int(req->user_id), sql_before(req->before_time),
                                        sql_before(req->before_time), sql_int(req->before_id),
                                        sql_int(req->limit)),
                               out);
}

/*
 * The first inner query bounds the search: the time CHOSEN_FROM_MAX follows further back. The
 * second asks about one follow after the other, newest first; as a join a server would begin with
 * all who follow, and sort them.
 */
struct err *relation_store_friends(struct sql_tx *tx, struct ctx *c,
                                   const struct relation_list_req *req,
                                   struct relation_list_resp *out)
{
    struct sql_arg user = sql_int(req->user_id), time = sql_before(req->before_time),
                   id = sql_int(req->before_id);

    return relation_store_list(
        tx, c,
        "SELECT mine.target_id, mine.created_at FROM relation_edge AS mine"
        " WHERE mine.user_id = ? AND mine.created_at <= ?"
        " AND (mine.created_at < ? OR mine.target_id < ?)"
        " AND mine.created_at >= coalesce((SELECT min(created_at) FROM (SELECT created_at"
        " FROM relation_edge WHERE user_id = ? AND created_at <= ?"
        " AND (created_at < ? OR target_id < ?)"
        " ORDER BY created_at DESC, target_id DESC LIMIT ?) AS chosen), 0)"
        " AND coalesce((SELECT 1 FROM relation_edge AS theirs"
        " WHERE theirs.user_id = mine.target_id AND theirs.target_id = mine.user_id), 0) = 1"
        " ORDER BY mine.created_at DESC, mine.target_id DESC LIMIT ?",
        SQL_ARGS(user, time, time, id, user, time, time, id, sql_int(CHOSEN_FROM_MAX),
                 sql_int(req->limit)),
        out);
}

/* The first of them is a constant 0: no kind of what is hidden. */
struct err *relation_store_flags(struct sql_tx *tx, struct ctx *c, int64_t user,
                                 struct i64_list targets, bool *followed,
                                 struct relation_hidden *hidden)
{
    static const char *const texts[] =
        SQL_IDS("SELECT kind, target_id FROM relation_hidden WHERE user_id = ? UNION ALL"
                " SELECT 0, target_id FROM relation_edge WHERE user_id = ? AND target_id IN (",
                ")");
    struct sql_rows rows;

    TRY(sql_query_ids(tx, c, &rows, texts, targets.at, targets.count, sql_int(user),
                      sql_int(user)));
    struct i64_list edges = hidden_store_take(c, &rows, hidden);

    for (size_t i = 0; i < targets.count; i++)
        for (size_t k = 0; k < edges.count && !followed[i]; k++)
            followed[i] = edges.at[k] == targets.at[i];
    return NULL;
}
