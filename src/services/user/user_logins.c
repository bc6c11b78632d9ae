/* Logins: they begin, are seen, and end; caches hear of each change. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_logins.h"

#include "clock.h"
#include "limits.h"
#include "user_login_store.h"
#include "utf8.h"

static struct err *tell(struct user *self, struct sql_tx *tx, struct ctx *c, enum change_op op,
                        int64_t user_id, int64_t id)
{
    struct user_login *row = arena_new(c->arena, struct user_login);

    *row = (struct user_login){.user_id = user_id, .id = id};
    return changes_emit(self->changes, tx, c, &(struct change){&user_login_type, op, row});
}

static struct err *end(struct user *self, struct sql_tx *tx, struct ctx *c, int64_t user_id,
                       int64_t id)
{
    TRY(user_login_store_end(tx, c, user_id, id));
    return tell(self, tx, c, CHANGE_DELETE, user_id, id);
}

/* ---- beginning ---- */

struct add_job {
    struct user *self;
    struct user_add_login_req login;
};

/* The login that was not seen for longest; NULL: there are none. */
static struct user_login *longest_away(struct user_login_list all)
{
    struct user_login *found = NULL;

    for (size_t i = 0; i < all.count; i++)
        if (all.at[i].id && (!found || all.at[i].seen_at < found->seen_at))
            found = &all.at[i];
    return found;
}

/* Those that have ended go first. */
static struct err *make_room(const struct add_job *job, struct sql_tx *tx, struct ctx *c)
{
    int64_t user_id = job->login.user_id;
    struct user_login_list all;

    TRY(user_login_store_all(tx, c, user_id, &all));
    size_t left = all.count;

    for (size_t i = 0; i < all.count; i++)
        if (all.at[i].session != job->login.session)
            all.at[i].seen_at = 0;
    for (struct user_login *one; (one = longest_away(all)) != NULL; left--) {
        if (left < LOGINS_MAX && one->seen_at)
            break;
        TRY(end(job->self, tx, c, user_id, one->id));
        one->id = 0;
    }
    return NULL;
}

static struct err *add(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct add_job *job = arg;
    int64_t session;

    TRY(user_login_store_lock(tx, c, job->login.user_id, &session));
    if (!session || session != job->login.session)
        return err_reason(c, ERR_UNAUTHENTICATED, "bad_token", "please log in");
    TRY(make_room(job, tx, c));
    return user_login_store_add(tx, c, &job->login, clock_wall_ms());
}

/* Whatever a browser sends: what is no text is not kept, what is long is cut. */
static struct str kept_agent(struct str agent)
{
    size_t len = 0, chars = 0;

    if (!utf8_valid(agent) || utf8_has_control(agent))
        return STR("");
    for (; len < agent.len; len++) {
        chars += ((unsigned char)agent.ptr[len] & 0xc0) != 0x80; /* a character begins */
        if (chars > AGENT_MAX_CHARS)
            break;
    }
    return (struct str){agent.ptr, len};
}

struct err *user_logins_add(struct user_api *base, struct ctx *c,
                            const struct user_add_login_req *req, struct user_add_login_resp *resp)
{
    struct add_job job = {user_of(base), *req};

    (void)resp;
    job.login.agent = kept_agent(req->agent);
    return sql_write(job.self->db, c, add, &job);
}

/* ---- looking ---- */

struct find_job {
    const struct user_find_login_req *key;
    struct user_login found;
};

static struct err *find(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct find_job *job = arg;

    return user_login_store_find(tx, c, job->key, &job->found);
}

struct err *user_logins_find(struct user_api *base, struct ctx *c,
                             const struct user_find_login_req *req, struct user_login *resp)
{
    struct find_job job = {.key = req};

    TRY(sql_read_one(user_of(base)->db, c, find, &job));
    *resp = job.found;
    return NULL;
}

struct list_job {
    int64_t user_id;
    struct user_login_list found;
};

static struct err *list(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;

    return user_login_store_list(tx, c, job->user_id, &job->found);
}

struct err *user_logins_list(struct user_api *base, struct ctx *c,
                             const struct user_list_logins_req *req,
                             struct user_list_logins_resp *resp)
{
    struct list_job job = {.user_id = req->user_id};

    TRY(sql_read_one(user_of(base)->db, c, list, &job));
    resp->logins = job.found;
    return NULL;
}

/* ---- seen, and the end ---- */

struct one_job {
    struct user *self;
    int64_t user_id, id, but;
};

static struct err *see_one(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct one_job *job = arg;

    TRY(user_login_store_see(tx, c, job->user_id, job->id, clock_wall_ms()));
    return tell(job->self, tx, c, CHANGE_UPDATE, job->user_id, job->id);
}

struct err *user_logins_see(struct user_api *base, struct ctx *c,
                            const struct user_see_login_req *req, struct user_see_login_resp *resp)
{
    struct one_job job = {user_of(base), req->user_id, req->id, 0};

    (void)resp;
    return sql_write(job.self->db, c, see_one, &job);
}

static struct err *end_one(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct one_job *job = arg;

    return end(job->self, tx, c, job->user_id, job->id);
}

static struct err *end_others(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct one_job *job = arg;
    struct user_login_list all;

    TRY(user_login_store_all(tx, c, job->user_id, &all));
    for (size_t i = 0; i < all.count; i++)
        if (all.at[i].id != job->but)
            TRY(end(job->self, tx, c, job->user_id, all.at[i].id));
    return NULL;
}

struct err *user_logins_end(struct user_api *base, struct ctx *c,
                            const struct user_end_login_req *req, struct user_end_login_resp *resp)
{
    struct one_job job = {user_of(base), req->user_id, req->id, req->but};

    (void)resp;
    return sql_write(job.self->db, c, req->id ? end_one : end_others, &job);
}

static struct err *keep_login(struct user *self, struct sql_tx *tx, struct ctx *c, int64_t user_id,
                              int64_t id, int64_t session)
{
    TRY(user_login_store_keep(tx, c, user_id, id, session));
    return tell(self, tx, c, CHANGE_UPDATE, user_id, id);
}

struct err *user_logins_renew(struct user *self, struct sql_tx *tx, struct ctx *c, int64_t user_id,
                              int64_t session, int64_t keep)
{
    struct user_login_list all;

    TRY(user_login_store_all(tx, c, user_id, &all));
    for (size_t i = 0; i < all.count; i++) {
        int64_t id = all.at[i].id;
        bool kept = id == keep && all.at[i].session == session - 1;

        TRY(kept ? keep_login(self, tx, c, user_id, id, session) : end(self, tx, c, user_id, id));
    }
    return NULL;
}
