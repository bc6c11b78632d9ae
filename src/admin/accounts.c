/* Accounts: a page of the table at a time, and bans through the user service. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "accounts.h"

#include <inttypes.h>
#include <strings.h>

#include "sql.h"
#include "text_table.h"
#include "user_api.h"

enum { PAGE = 500 };

/* ---- listing ---- */

static const char *const heads[] = {">id",        "name",   ">works",     ">likes", ">liked",
                                    ">followers", "banned", "registered", NULL};

struct list_job {
    struct sql *db;
    const struct accounts_query *query;
    struct text_table *table;
    int64_t after;
    bool more;
};

static bool holds(struct str name, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i + len <= name.len; i++)
        if (strncasecmp(name.ptr + i, word, len) == 0)
            return true;
    return false;
}

static bool is_asked_for(const struct accounts_query *q, struct str name, int64_t banned_at)
{
    for (size_t i = 0; i < q->word_count; i++)
        if (!holds(name, q->words[i]))
            return false;
    return !q->banned || banned_at != 0;
}

static void add_row(struct list_job *job, const struct sql_rows *r)
{
    struct arena *a = job->table->arena;
    int64_t banned_at = sql_i64(r, 2);
    const struct str cells[] = {
        text_table_number(a, sql_i64(r, 0)),
        sql_str(r, 1),
        text_table_number(a, sql_i64(r, 4)),
        text_table_number(a, sql_i64(r, 5)),
        text_table_number(a, sql_i64(r, 6)),
        text_table_number(a, sql_i64(r, 7)),
        banned_at ? text_table_time(a, banned_at) : STR("no"),
        text_table_time(a, sql_i64(r, 3)),
    };

    text_table_row(job->table, cells);
}

static struct err *read_page(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, name, banned_at, created_at, work_count, favorite_count,"
                  " total_favorited, follower_count FROM user_account JOIN user_count"
                  " ON user_id = id WHERE id > ? ORDER BY id LIMIT ?",
                  sql_int(job->after), sql_int(PAGE)));
    job->more = r.count == PAGE;
    while (sql_next(&r) && (int64_t)job->table->rows < job->query->limit) {
        job->after = sql_i64(&r, 0);
        if (is_asked_for(job->query, sql_str(&r, 1), sql_i64(&r, 2)))
            add_row(job, &r);
    }
    return NULL;
}

static struct err *next_page(void *arg, struct ctx *c, bool *more)
{
    struct list_job *job = arg;

    TRY(sql_read(job->db, c, read_page, job));
    *more = job->more && (int64_t)job->table->rows < job->query->limit;
    return NULL;
}

struct err *accounts_list(const struct admin *a, struct ctx *c, const struct accounts_query *q)
{
    struct text_table table;
    struct list_job job = {.db = a->db[ADMIN_DB_USER], .query = q, .table = &table};

    text_table_init(&table, c->arena, heads);
    TRY(admin_pieces(c, next_page, &job));
    text_table_print(&table, a->out);
    return NULL;
}

/* ---- whom somebody means ---- */

/* The id of that account, or 0. */
static struct err *look_up(const struct admin *a, struct ctx *c, struct str name, int64_t id,
                           int64_t *out)
{
    struct user_get_credentials_req by = {.name = name, .id = id};
    struct user_get_credentials_resp found = {0};
    struct err *e = user_get_credentials(a->users, c, &by, &found);

    if (e && e->code != ERR_NOT_FOUND)
        return e;
    *out = found.id;
    return NULL;
}

/* What somebody wrote, and which of the two it may be. */
struct meaning {
    struct str text;
    bool id, name;
};

static struct meaning meaning_of(struct str who)
{
    if (str_starts(who, STR("id:")))
        return (struct meaning){str_from(who, 3), true, false};
    if (str_starts(who, STR("name:")))
        return (struct meaning){str_from(who, 5), false, true};
    return (struct meaning){who, true, true};
}

static struct err *choose(struct ctx *c, struct str who, int64_t by_id, int64_t by_name,
                          int64_t *out)
{
    if (!by_id && !by_name)
        return err_new(c, ERR_NOT_FOUND,
                       "there is no user " STR_FMT "; `duan admin users` lists who is there",
                       STR_ARG(who));
    if (by_id && by_name && by_id != by_name)
        return err_new(c, ERR_INVALID,
                       STR_FMT " is the id of one user and the name of another: say id:" STR_FMT
                               " or name:" STR_FMT,
                       STR_ARG(who), STR_ARG(who), STR_ARG(who));
    *out = by_id ? by_id : by_name;
    return NULL;
}

struct err *accounts_find(const struct admin *a, struct ctx *c, struct str who, int64_t *out)
{
    struct meaning m = meaning_of(who);
    int64_t number = 0, by_id = 0, by_name = 0;

    if (m.id && str_to_i64(m.text, &number))
        TRY(look_up(a, c, (struct str){0}, number, &by_id));
    if (m.name && m.text.len)
        TRY(look_up(a, c, m.text, 0, &by_name));
    return choose(c, who, by_id, by_name, out);
}

/* ---- bans ---- */

/* Tells what became of the user: `changed`, or `same` when it was so before. */
static struct err *set_ban(const struct admin *a, struct ctx *c, struct str who,
                           struct user_set_ban_req *req, const char *changed, const char *same)
{
    struct user_set_ban_resp done = {0};

    TRY(accounts_find(a, c, who, &req->id));
    TRY(user_set_ban(a->users, c, req, &done));
    (void)fprintf(a->out, "User %" PRId64 " %s.\n", req->id, done.changed ? changed : same);
    return NULL;
}

struct err *accounts_ban(const struct admin *a, struct ctx *c, struct str who, struct str reason)
{
    struct user_set_ban_req req = {.banned = true, .reason = reason};

    return set_ban(a, c, who, &req, "is banned; all sessions have ended",
                   "was banned already; the reason is as given");
}

struct err *accounts_unban(const struct admin *a, struct ctx *c, struct str who)
{
    struct user_set_ban_req req = {0};

    return set_ban(a, c, who, &req, "may log in again", "was not banned");
}
