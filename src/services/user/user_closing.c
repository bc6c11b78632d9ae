/* Closing is one write; what follows from it is a job that asks here whether it may. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_closing.h"

#include <inttypes.h>

#include "clock.h"
#include "search_index.h"
#include "user_closing_store.h"
#include "user_logins.h"

/* A queue holds no job for longer: it is asked for again when it has run. */
enum { PLAN_AHEAD_MS = 20 * 60 * 1000 };

/* Removed from this moment on: long ago, by whatever clock. */
enum { NOW_IS_LATE = 1 };

static struct err *no_user(struct ctx *c, int64_t id)
{
    return err_reason(c, ERR_NOT_FOUND, "user_not_found", "no user %" PRId64, id);
}

static struct err *tell(struct user *self, struct sql_tx *tx, struct ctx *c, enum change_op op,
                        int64_t id, int64_t session)
{
    struct user_account *row = arena_new(c->arena, struct user_account);

    *row = (struct user_account){.id = id, .session = session};
    return changes_emit(self->changes, tx, c, &(struct change){&user_account_type, op, row});
}

struct err *user_closing_plan(struct user *self, struct sql_tx *tx, struct ctx *c, int64_t id,
                              enum user_task_kind kind, int64_t at)
{
    struct user_task *task = arena_new(c->arena, struct user_task);
    int64_t latest = clock_wall_ms() + PLAN_AHEAD_MS;

    *task = (struct user_task){id, kind, at < latest ? at : latest};
    return changes_emit(self->changes, tx, c,
                        &(struct change){&user_task_type, CHANGE_INSERT, task});
}

/* ---- closing ---- */

struct close_job {
    struct user *self;
    const struct user_close_req *req;
    int64_t until;
};

static struct err *close_account(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct close_job *job = arg;
    struct user_closing now;
    int64_t id = job->req->id;

    TRY(user_closing_store_lock(tx, c, id, &now));
    if (!now.session)
        return no_user(c, id);
    job->until = now.until;
    if (now.until)
        return NULL;
    job->until = clock_wall_ms() + job->req->undo_ms;
    TRY(user_closing_store_set(tx, c, id, job->until, now.session + 1));
    TRY(user_logins_renew(job->self, tx, c, id, now.session + 1, 0));
    TRY(tell(job->self, tx, c, CHANGE_UPDATE, id, now.session + 1));
    return user_closing_plan(job->self, tx, c, id, USER_ERASE, job->until);
}

struct err *user_closing_close(struct user_api *base, struct ctx *c,
                               const struct user_close_req *req, struct user_close_resp *resp)
{
    struct close_job job = {user_of(base), req, 0};

    if (req->undo_ms < 0)
        return err_new(c, ERR_INVALID, "an account cannot be closed in the past");
    TRY(sql_write(job.self->db, c, close_account, &job));
    resp->closed_until = job.until;
    return NULL;
}

/* ---- opening again ---- */

struct reopen_job {
    struct user *self;
    int64_t id, session;
};

static struct err *reopen(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct reopen_job *job = arg;
    struct user_closing now;

    TRY(user_closing_store_lock(tx, c, job->id, &now));
    if (!now.session || (now.until && now.until <= clock_wall_ms()))
        return no_user(c, job->id);
    job->session = now.session;
    if (!now.until)
        return NULL;
    TRY(user_closing_store_set(tx, c, job->id, 0, now.session));
    return tell(job->self, tx, c, CHANGE_UPDATE, job->id, now.session);
}

struct err *user_closing_reopen(struct user_api *base, struct ctx *c,
                                const struct user_reopen_req *req, struct user_reopen_resp *resp)
{
    struct reopen_job job = {user_of(base), req->id, 0};

    TRY(sql_write(job.self->db, c, reopen, &job));
    resp->session = job.session;
    return NULL;
}

/* ---- removing ---- */

struct erase_job {
    struct user *self;
    int64_t id;
    bool may;
    struct user_closing now;
};

static struct err *begin_erase(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct erase_job *job = arg;

    TRY(user_closing_store_lock(tx, c, job->id, &job->now));
    if (!job->now.until)
        return NULL;
    job->may = job->now.until <= clock_wall_ms();
    return job->may ? user_closing_store_set(tx, c, job->id, NOW_IS_LATE, job->now.session)
                    : user_closing_plan(job->self, tx, c, job->id, USER_ERASE, job->now.until);
}

struct err *user_closing_begin_erase(struct user_api *base, struct ctx *c,
                                     const struct user_begin_erase_req *req,
                                     struct user_begin_erase_resp *resp)
{
    struct erase_job job = {.self = user_of(base), .id = req->id};

    TRY(sql_write(job.self->db, c, begin_erase, &job));
    if (job.may)
        *resp = (struct user_begin_erase_resp){true, job.now.avatar, job.now.background};
    return NULL;
}

static struct err *erase(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct erase_job *job = arg;

    TRY(user_closing_store_lock(tx, c, job->id, &job->now));
    if (job->now.until != NOW_IS_LATE)
        return NULL;
    TRY(search_index_remove(tx, c, SEARCH_USERS, job->id));
    TRY(user_closing_store_erase(tx, c, job->id));
    return tell(job->self, tx, c, CHANGE_DELETE, job->id, 0);
}

struct err *user_closing_erase(struct user_api *base, struct ctx *c,
                               const struct user_erase_req *req, struct user_erase_resp *resp)
{
    struct erase_job job = {.self = user_of(base), .id = req->id};

    (void)resp;
    return sql_write(job.self->db, c, erase, &job);
}
