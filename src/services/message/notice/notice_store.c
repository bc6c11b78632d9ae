/* Notices: one row for what happened alike. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "notice_store.h"

#define COLUMNS \
    "id, kind, subject_id, at, since, is_read, count, actor_1, actor_2, actor_3, comment_id"
enum { FIRST_ACTOR = 7, COMMENT_ID = FIRST_ACTOR + NOTICE_ACTORS };

static struct notice_item read_row(struct ctx *c, const struct sql_rows *r, int64_t user)
{
    struct notice_item item = {
        .id = sql_i64(r, 0),
        .user_id = user,
        .kind = (enum notice_kind)sql_i64(r, 1),
        .subject_id = sql_i64(r, 2),
        .at = sql_i64(r, 3),
        .since = sql_i64(r, 4),
        .is_read = sql_i64(r, 5) != 0,
        .count = sql_i64(r, 6),
        .actors = {arena_array(c->arena, int64_t, NOTICE_ACTORS), 0},
        .comment_id = sql_i64(r, COMMENT_ID),
    };

    for (size_t i = 0; i < NOTICE_ACTORS && sql_i64(r, FIRST_ACTOR + i); i++)
        item.actors.at[item.actors.count++] = sql_i64(r, FIRST_ACTOR + i);
    return item;
}

static void read_all(struct ctx *c, struct sql_rows *r, int64_t user, struct notice_item_list *out)
{
    *out = (struct notice_item_list){arena_array(c->arena, struct notice_item, r->count), 0};
    while (sql_next(r))
        out->at[out->count++] = read_row(c, r, user);
}

static struct sql_arg actor(const struct notice_item *item, size_t i)
{
    return sql_int(i < item->actors.count ? item->actors.at[i] : 0);
}

struct err *notice_store_lock(struct sql_tx *tx, struct ctx *c, const struct notice_key *key,
                              struct notice_item *out, bool *found)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r,
                 "SELECT " COLUMNS " FROM notice_group WHERE user_id = ? AND kind = ?"
                 " AND subject_id = ?",
                 sql_int(key->user), sql_int(key->kind), sql_int(key->subject)));
    *found = sql_next(&r);
    if (*found)
        *out = read_row(c, &r, key->user);
    return NULL;
}

struct err *notice_store_add(struct sql_tx *tx, struct ctx *c, const struct notice_item *item)
{
    return sql_insert_missing(tx, c,
                              "INSERT INTO notice_group (user_id, " COLUMNS
                              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                              sql_int(item->user_id), sql_int(item->id), sql_int(item->kind),
                              sql_int(item->subject_id), sql_int(item->at), sql_int(item->since),
                              sql_int(item->is_read), sql_int(item->count), actor(item, 0),
                              actor(item, 1), actor(item, 2), sql_int(item->comment_id));
}

struct err *notice_store_set(struct sql_tx *tx, struct ctx *c, const struct notice_item *item)
{
    return sql_exec(tx, c,
                    "UPDATE notice_group SET at = ?, since = ?, is_read = ?, count = ?,"
                    " actor_1 = ?, actor_2 = ?, actor_3 = ?, comment_id = ?"
                    " WHERE user_id = ? AND kind = ? AND subject_id = ?",
                    sql_int(item->at), sql_int(item->since), sql_int(item->is_read),
                    sql_int(item->count), actor(item, 0), actor(item, 1), actor(item, 2),
                    sql_int(item->comment_id), sql_int(item->user_id), sql_int(item->kind),
                    sql_int(item->subject_id));
}

struct err *notice_store_remove(struct sql_tx *tx, struct ctx *c, const struct notice_key *key)
{
    return sql_exec(tx, c,
                    "DELETE FROM notice_group WHERE user_id = ? AND kind = ? AND subject_id = ?",
                    sql_int(key->user), sql_int(key->kind), sql_int(key->subject));
}

struct err *notice_store_remove_subject(struct sql_tx *tx, struct ctx *c, int64_t user,
                                        int64_t subject)
{
    return sql_exec(tx, c, "DELETE FROM notice_group WHERE user_id = ? AND subject_id = ?",
                    sql_int(user), sql_int(subject));
}

struct err *notice_store_keep(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t most)
{
    struct notice_key key = {.user = user};
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT count(*) FROM notice_group WHERE user_id = ?", sql_int(user)));
    if (!sql_next(&r) || sql_i64(&r, 0) <= most)
        return NULL;
    TRY(sql_query(tx, c, &r,
                  "SELECT kind, subject_id FROM notice_group WHERE user_id = ?"
                  " ORDER BY at, id LIMIT 1",
                  sql_int(user)));
    if (!sql_next(&r))
        return NULL;
    key.kind = (enum notice_kind)sql_i64(&r, 0);
    key.subject = sql_i64(&r, 1);
    return notice_store_remove(tx, c, &key);
}

struct err *notice_store_forget(struct sql_tx *tx, struct ctx *c, int64_t user)
{
    return sql_exec(tx, c, "DELETE FROM notice_group WHERE user_id = ?", sql_int(user));
}

struct err *notice_store_list(struct sql_tx *tx, struct ctx *c, const struct notice_list_req *req,
                              struct notice_item_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT " COLUMNS " FROM notice_group WHERE user_id = ? AND at <= ?"
                  " AND (at < ? OR id < ?) ORDER BY at DESC, id DESC LIMIT ?",
                  sql_int(req->user_id), sql_before(req->before_time), sql_before(req->before_time),
                  sql_int(req->before_id), sql_int(req->limit)));
    read_all(c, &r, req->user_id, out);
    return NULL;
}

struct err *notice_store_read(struct sql_tx *tx, struct ctx *c,
                              const struct notice_set_read_req *req)
{
    return sql_exec(
        tx, c, "UPDATE notice_group SET is_read = 1 WHERE user_id = ? AND is_read = 0 AND at <= ?",
        sql_int(req->user_id), sql_int(req->up_to));
}

struct err *notice_store_unread(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t most,
                                struct notice_item_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT " COLUMNS " FROM notice_group WHERE user_id = ? AND is_read = 0"
                  " ORDER BY at DESC LIMIT ?",
                  sql_int(user), sql_int(most)));
    read_all(c, &r, user, out);
    return NULL;
}
