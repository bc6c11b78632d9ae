/* Accounts: rows in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_store.h"

/* Pictures that ship with the program: the contract's app cannot set its own. */
enum { AVATARS = 16, BANNERS = 6 };

struct err *user_store_add(struct sql_tx *tx, struct ctx *c, const struct user_sign_up_req *req,
                           int64_t id, int64_t now)
{
    struct str avatar = arena_str(c->arena, "assets/avatar-%02d.png", (int)(id % AVATARS) + 1);
    struct str banner = arena_str(c->arena, "assets/banner-%02d.png", (int)(id % BANNERS) + 1);

    TRY(sql_exec(tx, c,
                 "INSERT INTO user_account (id, name, password_hash, avatar, background, signature,"
                 " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                 sql_int(id), sql_text(req->name), sql_text(req->password_hash), sql_text(avatar),
                 sql_text(banner), sql_text(STR("New on Duan")), sql_int(now)));
    return sql_exec(tx, c, "INSERT INTO user_count (user_id) VALUES (?)", sql_int(id));
}

static struct user_profile read_profile(const struct sql_rows *r)
{
    return (struct user_profile){
        .id = sql_i64(r, 0),
        .name = sql_str(r, 1),
        .avatar = sql_str(r, 2),
        .background = sql_str(r, 3),
        .signature = sql_str(r, 4),
        .session = sql_i64(r, 5),
        .follow_count = sql_i64(r, 6),
        .follower_count = sql_i64(r, 7),
        .total_favorited = sql_i64(r, 8),
        .work_count = sql_i64(r, 9),
        .favorite_count = sql_i64(r, 10),
        .banned_at = sql_i64(r, 11),
    };
}

struct err *user_store_get(struct sql_tx *tx, struct ctx *c, struct i64_list ids,
                           struct user_profile_list *out)
{
    static const char *const texts[] = SQL_IDS(
        "SELECT id, name, avatar, background, signature, session, follow_count, follower_count,"
        " total_favorited, work_count, favorite_count, banned_at FROM user_account"
        " JOIN user_count ON user_id = id WHERE id IN (",
        ") AND closed_until = 0");
    struct user_profile_list list = {arena_array(c->arena, struct user_profile, ids.count), 0};
    struct sql_rows r;

    TRY(sql_query_ids(tx, c, &r, texts, ids.at, ids.count));
    for (size_t i = 0; i < ids.count; i++)
        if (sql_seek(&r, 0, ids.at[i]))
            list.at[list.count++] = read_profile(&r);
    *out = list;
    return NULL;
}

#define CREDENTIALS                                                                      \
    "SELECT id, password_hash, session, banned_at, ban_reason, name, closed_until FROM " \
    "user_account"

struct err *user_store_credentials(struct sql_tx *tx, struct ctx *c,
                                   const struct user_get_credentials_req *by,
                                   struct user_get_credentials_resp *out)
{
    struct sql_rows r;

    *out = (struct user_get_credentials_resp){0};
    if (by->name.len)
        TRY(sql_query(tx, c, &r, CREDENTIALS " WHERE name = ?", sql_text(by->name)));
    else
        TRY(sql_query(tx, c, &r, CREDENTIALS " WHERE id = ?", sql_int(by->id)));
    /* A server takes names for equal that differ in blanks at their end. */
    if (sql_next(&r) && (!by->name.len || str_eq(by->name, sql_str(&r, 5))))
        *out = (struct user_get_credentials_resp){sql_i64(&r, 0), sql_str(&r, 1), sql_i64(&r, 2),
                                                  sql_i64(&r, 3), sql_str(&r, 4), sql_i64(&r, 6)};
    return NULL;
}

struct err *user_store_set_password(struct sql_tx *tx, struct ctx *c, int64_t id, struct str hash,
                                    int64_t *session)
{
    struct sql_rows r;

    TRY(sql_exec(tx, c,
                 "UPDATE user_account SET password_hash = ?, session = session + 1 WHERE id = ?",
                 sql_text(hash), sql_int(id)));
    TRY(sql_lock(tx, c, &r, "SELECT session FROM user_account WHERE id = ?", sql_int(id)));
    *session = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

struct err *user_store_lock(struct sql_tx *tx, struct ctx *c, int64_t id, int64_t *banned_at,
                            bool *found)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, "SELECT banned_at FROM user_account WHERE id = ?", sql_int(id)));
    *found = sql_next(&r);
    *banned_at = *found ? sql_i64(&r, 0) : 0;
    return NULL;
}

struct err *user_store_ban(struct sql_tx *tx, struct ctx *c, int64_t id, struct str reason,
                           int64_t now)
{
    return sql_exec(tx, c,
                    "UPDATE user_account SET session = session + (banned_at = 0),"
                    " banned_at = CASE banned_at WHEN 0 THEN ? ELSE banned_at END,"
                    " ban_reason = ? WHERE id = ?",
                    sql_int(now), sql_text(reason), sql_int(id));
}

struct err *user_store_unban(struct sql_tx *tx, struct ctx *c, int64_t id)
{
    return sql_exec(tx, c, "UPDATE user_account SET banned_at = 0, ban_reason = '' WHERE id = ?",
                    sql_int(id));
}

struct err *user_store_set_name(struct sql_tx *tx, struct ctx *c, int64_t id, struct str name)
{
    return sql_exec(tx, c, "UPDATE user_account SET name = ? WHERE id = ?", sql_text(name),
                    sql_int(id));
}

struct err *user_store_set_signature(struct sql_tx *tx, struct ctx *c, int64_t id,
                                     struct str signature)
{
    return sql_exec(tx, c, "UPDATE user_account SET signature = ? WHERE id = ?",
                    sql_text(signature), sql_int(id));
}

struct err *user_store_set_settings(struct sql_tx *tx, struct ctx *c, int64_t id,
                                    struct str settings)
{
    return sql_exec(tx, c, "UPDATE user_account SET settings = ? WHERE id = ?", sql_text(settings),
                    sql_int(id));
}

struct err *user_store_settings(struct sql_tx *tx, struct ctx *c, int64_t id, struct str *settings,
                                bool *found)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT settings FROM user_account WHERE id = ?", sql_int(id)));
    *found = sql_next(&r);
    if (*found)
        *settings = sql_str(&r, 0);
    return NULL;
}

struct err *user_store_lock_settings(struct sql_tx *tx, struct ctx *c, int64_t id, int64_t *session,
                                     struct str *settings)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, "SELECT session, settings FROM user_account WHERE id = ?",
                 sql_int(id)));
    *session = 0;
    if (sql_next(&r)) {
        *session = sql_i64(&r, 0);
        *settings = sql_str(&r, 1);
    }
    return NULL;
}

struct err *user_store_lock_pictures(struct sql_tx *tx, struct ctx *c, int64_t id, int64_t *session,
                                     struct user_pictures *out)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, "SELECT session, avatar, background FROM user_account WHERE id = ?",
                 sql_int(id)));
    *session = 0;
    if (sql_next(&r)) {
        *session = sql_i64(&r, 0);
        *out = (struct user_pictures){sql_str(&r, 1), sql_str(&r, 2)};
    }
    return NULL;
}

struct err *user_store_set_picture(struct sql_tx *tx, struct ctx *c, int64_t id, bool background,
                                   struct str path)
{
    if (background)
        return sql_exec(tx, c, "UPDATE user_account SET background = ? WHERE id = ?",
                        sql_text(path), sql_int(id));
    return sql_exec(tx, c, "UPDATE user_account SET avatar = ? WHERE id = ?", sql_text(path),
                    sql_int(id));
}

#define COUNT_BY(column) "UPDATE user_count SET " column " = " column " + ? WHERE user_id = ?"

struct err *user_store_count(struct sql_tx *tx, struct ctx *c, enum user_column column, int64_t id,
                             int64_t by, struct user_count *out)
{
    static const char *const texts[] = {
        [USER_FOLLOWS] = COUNT_BY("follow_count"),
        [USER_FOLLOWERS] = COUNT_BY("follower_count"),
        [USER_FAVORITED] = COUNT_BY("total_favorited"),
        [USER_WORKS] = COUNT_BY("work_count"),
        [USER_FAVORITES] = COUNT_BY("favorite_count"),
    };
    struct sql_rows r;

    TRY(sql_exec(tx, c, texts[column], sql_int(by), sql_int(id)));
    if (!out)
        return NULL;
    *out = (struct user_count){0};
    TRY(sql_lock(tx, c, &r,
                 "SELECT follow_count, follower_count, total_favorited, work_count, favorite_count"
                 " FROM user_count WHERE user_id = ?",
                 sql_int(id)));
    if (sql_next(&r))
        *out = (struct user_count){
            id, sql_i64(&r, 0), sql_i64(&r, 1), sql_i64(&r, 2), sql_i64(&r, 3), sql_i64(&r, 4)};
    return NULL;
}
