/* Logins: rows in and out. Who asks names the account, so a login is found by its key. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_login_store.h"

#define COLUMNS "SELECT user_id, login_id, secret_hash, version, agent, began_at, seen_at"

struct err *user_login_store_lock(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                  int64_t *session)
{
    struct sql_rows r;

    TRY(sql_lock(tx, c, &r, "SELECT session FROM user_account WHERE id = ?", sql_int(user_id)));
    *session = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

static struct user_login read_login(const struct sql_rows *r)
{
    return (struct user_login){
        .user_id = sql_i64(r, 0),
        .id = sql_i64(r, 1),
        .secret_hash = sql_str(r, 2),
        .session = sql_i64(r, 3),
        .agent = sql_str(r, 4),
        .began_at = sql_i64(r, 5),
        .seen_at = sql_i64(r, 6),
    };
}

static struct user_login_list read_all(struct ctx *c, struct sql_rows *r)
{
    struct user_login_list list = {arena_array(c->arena, struct user_login, r->count), 0};

    while (sql_next(r))
        list.at[list.count++] = read_login(r);
    return list;
}

struct err *user_login_store_all(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                 struct user_login_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, COLUMNS " FROM user_login WHERE user_id = ?", sql_int(user_id)));
    *out = read_all(c, &r);
    return NULL;
}

#define THAT_HOLD " FROM user_login JOIN user_account ON id = user_id AND session = version"

struct err *user_login_store_list(struct sql_tx *tx, struct ctx *c, int64_t user_id,
                                  struct user_login_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, COLUMNS THAT_HOLD " WHERE user_id = ?", sql_int(user_id)));
    *out = read_all(c, &r);
    return NULL;
}

struct err *user_login_store_find(struct sql_tx *tx, struct ctx *c,
                                  const struct user_find_login_req *key, struct user_login *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, COLUMNS THAT_HOLD " WHERE user_id = ? AND login_id = ?",
                  sql_int(key->user_id), sql_int(key->id)));
    *out = (struct user_login){0};
    if (sql_next(&r) && str_eq(sql_str(&r, 2), key->secret_hash))
        *out = read_login(&r);
    return NULL;
}

struct err *user_login_store_add(struct sql_tx *tx, struct ctx *c,
                                 const struct user_add_login_req *login, int64_t now)
{
    return sql_exec(tx, c,
                    "INSERT INTO user_login (user_id, login_id, secret_hash, version, agent,"
                    " began_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    sql_int(login->user_id), sql_int(login->id), sql_text(login->secret_hash),
                    sql_int(login->session), sql_text(login->agent), sql_int(now), sql_int(now));
}

struct err *user_login_store_see(struct sql_tx *tx, struct ctx *c, int64_t user_id, int64_t id,
                                 int64_t now)
{
    return sql_exec(tx, c, "UPDATE user_login SET seen_at = ? WHERE user_id = ? AND login_id = ?",
                    sql_int(now), sql_int(user_id), sql_int(id));
}

struct err *user_login_store_keep(struct sql_tx *tx, struct ctx *c, int64_t user_id, int64_t id,
                                  int64_t session)
{
    return sql_exec(tx, c, "UPDATE user_login SET version = ? WHERE user_id = ? AND login_id = ?",
                    sql_int(session), sql_int(user_id), sql_int(id));
}

struct err *user_login_store_end(struct sql_tx *tx, struct ctx *c, int64_t user_id, int64_t id)
{
    return sql_exec(tx, c, "DELETE FROM user_login WHERE user_id = ? AND login_id = ?",
                    sql_int(user_id), sql_int(id));
}
