/* The user service: accounts and credentials. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "clock.h"
#include "limits.h"
#include "search_index.h"
#include "sequence.h"
#include "text_rules.h"
#include "user.h"
#include "user_closing.h"
#include "user_counts.h"
#include "user_exports.h"
#include "user_logins.h"
#include "user_profiles.h"
#include "user_store.h"

static struct err *no_user(struct ctx *c, int64_t id)
{
    return err_reason(c, ERR_NOT_FOUND, "user_not_found", "no user %" PRId64, id);
}

/* ---- accounts ---- */

struct sign_up_job {
    const struct user_sign_up_req *req;
    int64_t id;
};

static struct err *add_account(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sign_up_job *job = arg;

    TRY(sequence_next(tx, c, STR("user"), &job->id));
    struct err *e = user_store_add(tx, c, job->req, job->id, clock_wall_ms());

    if (e && e->code == ERR_EXISTS)
        return err_reason(c, ERR_EXISTS, "name_taken", "the name is taken");
    return e ? e : search_index_put(tx, c, SEARCH_USERS, job->id, job->req->name);
}

static struct err *sign_up(struct user_api *base, struct ctx *c, const struct user_sign_up_req *req,
                           struct user_sign_up_resp *resp)
{
    struct sign_up_job job = {.req = req};

    TRY(user_profiles_check_name(c, req->name));
    TRY(sql_write(user_of(base)->db, c, add_account, &job));
    *resp = (struct user_sign_up_resp){.id = job.id, .session = 1};
    return NULL;
}

/* ---- profiles ---- */

struct get_job {
    struct i64_list ids;
    struct user_profile_list found;
};

static struct err *read_users(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct get_job *job = arg;

    return user_store_get(tx, c, job->ids, &job->found);
}

static struct err *get_users(struct user_api *base, struct ctx *c,
                             const struct user_get_users_req *req, struct user_get_users_resp *resp)
{
    struct get_job job = {.ids = req->ids};

    if (req->ids.count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", req->ids.count, IDS_MAX);
    TRY(sql_read_one(user_of(base)->db, c, read_users, &job));
    resp->users = job.found;
    return NULL;
}

/* ---- searching ---- */

struct search_job {
    struct search_query query;
    struct search_page found;
};

static struct err *read_search(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct search_job *job = arg;

    return search_index_find(tx, c, &job->query, &job->found);
}

static struct err *search(struct user_api *base, struct ctx *c, const struct user_search_req *req,
                          struct user_search_resp *resp)
{
    struct search_job job = {.query = {SEARCH_USERS, req->text, req->before, req->limit}};

    if (req->limit < 1 || req->limit > IDS_MAX)
        return err_new(c, ERR_INVALID, "a page has 1 to %d users", IDS_MAX);
    TRY(sql_read(user_of(base)->db, c, read_search, &job));
    resp->ids.at = arena_array(c->arena, int64_t, job.found.ids.count);
    for (size_t i = 0; i < job.found.ids.count; i++)
        resp->ids.at[resp->ids.count++] = job.found.ids.at[i];
    resp->next = job.found.next;
    return NULL;
}

/* ---- passwords ---- */

struct credentials_job {
    const struct user_get_credentials_req *by;
    struct user_get_credentials_resp found;
};

static struct err *read_credentials(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct credentials_job *job = arg;

    return user_store_credentials(tx, c, job->by, &job->found);
}

static struct err *get_credentials(struct user_api *base, struct ctx *c,
                                   const struct user_get_credentials_req *req,
                                   struct user_get_credentials_resp *resp)
{
    struct credentials_job job = {.by = req};

    TRY(sql_read_one(user_of(base)->db, c, read_credentials, &job));
    if (!job.found.id)
        return no_user(c, req->id);
    *resp = job.found;
    return NULL;
}

struct password_job {
    struct user *self;
    const struct user_set_password_req *req;
    int64_t session;
};

static struct err *set_hash(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct password_job *job = arg;
    struct user_account *row = arena_new(c->arena, struct user_account);

    TRY(user_store_set_password(tx, c, job->req->id, job->req->password_hash, &job->session));
    if (!job->session)
        return no_user(c, job->req->id);
    TRY(user_logins_renew(job->self, tx, c, job->req->id, job->session, job->req->keep_login));
    *row = (struct user_account){.id = job->req->id, .session = job->session};
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&user_account_type, CHANGE_UPDATE, row});
}

static struct err *set_password(struct user_api *base, struct ctx *c,
                                const struct user_set_password_req *req,
                                struct user_set_password_resp *resp)
{
    struct password_job job = {.self = user_of(base), .req = req};

    TRY(sql_write(job.self->db, c, set_hash, &job));
    resp->session = job.session;
    return NULL;
}

/* ---- bans ---- */

struct ban_job {
    struct user *self;
    const struct user_set_ban_req *req;
    bool changed;
};

static struct err *tell_account(struct ban_job *job, struct sql_tx *tx, struct ctx *c)
{
    const struct user_get_credentials_req by = {.id = job->req->id};
    struct user_get_credentials_resp now;
    struct user_account *row = arena_new(c->arena, struct user_account);

    TRY(user_store_credentials(tx, c, &by, &now));
    *row = (struct user_account){.id = now.id, .session = now.session};
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&user_account_type, CHANGE_UPDATE, row});
}

static struct err *write_ban(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct ban_job *job = arg;
    int64_t id = job->req->id, banned_at;
    bool found;

    TRY(user_store_lock(tx, c, id, &banned_at, &found));
    if (!found)
        return no_user(c, id);
    TRY(job->req->banned ? user_store_ban(tx, c, id, job->req->reason, clock_wall_ms())
                         : user_store_unban(tx, c, id));
    job->changed = job->req->banned != (banned_at != 0);
    return job->changed ? tell_account(job, tx, c) : NULL;
}

static struct err *set_ban(struct user_api *base, struct ctx *c, const struct user_set_ban_req *req,
                           struct user_set_ban_resp *resp)
{
    static const struct text_rule rule = {
        .what = "reason", .min_chars = 1, .max_chars = BAN_REASON_MAX_CHARS};
    struct ban_job job = {.self = user_of(base), .req = req};

    if (req->reason.len)
        TRY(text_rules_check(c, &rule, req->reason));
    TRY(sql_write(job.self->db, c, write_ban, &job));
    resp->changed = job.changed;
    return NULL;
}

/* ---- life ---- */

static const struct user_api_ops ops = {
    .sign_up = sign_up,
    .get_users = get_users,
    .search = search,
    .get_credentials = get_credentials,
    .set_password = set_password,
    .set_ban = set_ban,
    .edit = user_profiles_edit,
    .set_picture = user_profiles_set_picture,
    .get_settings = user_profiles_settings,
    .close = user_closing_close,
    .reopen = user_closing_reopen,
    .begin_erase = user_closing_begin_erase,
    .erase = user_closing_erase,
    .begin_export = user_exports_begin,
    .get_export = user_exports_get,
    .plan_export = user_exports_plan,
    .end_export = user_exports_end,
    .add_login = user_logins_add,
    .find_login = user_logins_find,
    .list_logins = user_logins_list,
    .see_login = user_logins_see,
    .end_login = user_logins_end,
};

struct user_api *user_create(struct sql *db, struct changes *changes)
{
    struct user *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct user){{&ops}, db, changes};
    user_counts_follow(changes);
    return &self->base;
}

void user_destroy(struct user_api *self)
{
    free(self);
}
