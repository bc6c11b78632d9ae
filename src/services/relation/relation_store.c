/* The table of follows: one row per user and target, read from both ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "relation_store.h"

struct err *relation_store_add(struct sql_tx *tx, struct ctx *c, const struct relation_edge *edge,
                               bool *changed)
{
    int64_t count = 0;

    TRY(sql_exec_count(tx, c, &count,
                       "INSERT INTO relation_edge (user_id, target_id, created_at)"
                       " VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                       sql_int(edge->user_id), sql_int(edge->target_id),
                       sql_int(edge->created_at)));
    *changed = count > 0;
    return NULL;
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

static struct err *list(struct sql_tx *tx, struct ctx *c, const char *text, struct sql_args args,
                        struct i64_list *out)
{
    struct sql_rows rows;

    TRY(sql_run(tx, c, &rows, NULL, text, args));
    *out = (struct i64_list){sql_i64_column(&rows, c, 0), rows.count};
    return NULL;
}

struct err *relation_store_following(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t limit,
                                     struct i64_list *out)
{
    return list(tx, c,
                "SELECT target_id FROM relation_edge WHERE user_id = ?"
                " ORDER BY created_at DESC, target_id DESC LIMIT ?",
                SQL_ARGS(sql_int(user), sql_int(limit)), out);
}

struct err *relation_store_followers(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t limit,
                                     struct i64_list *out)
{
    return list(tx, c,
                "SELECT user_id FROM relation_edge WHERE target_id = ?"
                " ORDER BY created_at DESC, user_id DESC LIMIT ?",
                SQL_ARGS(sql_int(user), sql_int(limit)), out);
}

struct err *relation_store_friends(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t limit,
                                   struct i64_list *out)
{
    return list(
        tx, c,
        "SELECT mine.target_id FROM relation_edge AS mine JOIN relation_edge AS theirs"
        " ON theirs.user_id = mine.target_id AND theirs.target_id = mine.user_id"
        " WHERE mine.user_id = ? ORDER BY mine.created_at DESC, mine.target_id DESC LIMIT ?",
        SQL_ARGS(sql_int(user), sql_int(limit)), out);
}

struct err *relation_store_has(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t target,
                               bool *out)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows, "SELECT 1 FROM relation_edge WHERE user_id = ? AND target_id = ?",
                  sql_int(user), sql_int(target)));
    *out = rows.count > 0;
    return NULL;
}
