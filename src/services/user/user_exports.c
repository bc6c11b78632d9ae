/* The row says how a copy stands; the job follows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_exports.h"

#include <inttypes.h>

#include "clock.h"
#include "sequence.h"
#include "user_closing.h"
#include "user_closing_store.h"
#include "user_export_store.h"

enum { BASE_URL_MAX = 400, REASON_MAX = 200 }; /* of its columns */

static const int64_t HOUR_MS = INT64_C(3600) * CLOCK_MS_PER_S;

/* ---- asking for one ---- */

struct begin_job {
    struct user *self;
    const struct user_begin_export_req *req;
    int64_t job_id;
};

static struct err *check_pause(struct ctx *c, const struct user_export *last,
                               const struct user_begin_export_req *req, int64_t now)
{
    bool early = last->job_id && (last->state == USER_EXPORT_WAITING ||
                                  (last->asked_at <= now && now - last->asked_at < req->pause_ms));

    return early ? err_reason(c, ERR_PRECONDITION, "quota_used_up",
                              "a copy was asked for already: one at a time, and one in %" PRId64
                              " hours",
                              req->pause_ms / HOUR_MS)
                 : NULL;
}

static struct err *begin(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct begin_job *job = arg;
    const struct user_begin_export_req *req = job->req;
    struct user_closing account;
    struct user_export last;
    int64_t now = clock_wall_ms();

    TRY(user_closing_store_lock(tx, c, req->user_id, &account)); /* nobody else asks meanwhile */
    if (!account.session || account.until)
        return err_reason(c, ERR_NOT_FOUND, "user_not_found", "no user %" PRId64, req->user_id);
    TRY(user_export_store_get(tx, c, req->user_id, &last));
    TRY(check_pause(c, &last, req, now));
    TRY(sequence_next(tx, c, STR("user_export"), &job->job_id));
    TRY(user_export_store_put(tx, c,
                              &(struct user_export){.user_id = req->user_id,
                                                    .job_id = job->job_id,
                                                    .asked_at = now,
                                                    .lifetime_ms = req->lifetime_ms,
                                                    .base_url = req->base_url}));
    return user_closing_plan(job->self, tx, c, req->user_id, USER_EXPORT, now);
}

struct err *user_exports_begin(struct user_api *base, struct ctx *c,
                               const struct user_begin_export_req *req,
                               struct user_begin_export_resp *resp)
{
    struct begin_job job = {user_of(base), req, 0};

    if (req->base_url.len > BASE_URL_MAX || req->lifetime_ms < 0)
        return err_new(c, ERR_INVALID, "no copy can be made like that");
    TRY(sql_write(job.self->db, c, begin, &job));
    resp->job_id = job.job_id;
    return NULL;
}

/* ---- how it stands ---- */

struct look_job {
    struct user *self;
    int64_t user;
    struct user_export found;
};

static struct err *read_row(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct look_job *job = arg;

    return user_export_store_get(tx, c, job->user, &job->found);
}

struct err *user_exports_get(struct user_api *base, struct ctx *c,
                             const struct user_get_export_req *req, struct user_export *resp)
{
    struct look_job job = {.user = req->user_id};

    TRY(sql_read_one(user_of(base)->db, c, read_row, &job));
    *resp = job.found;
    return NULL;
}

static struct err *plan(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct look_job *job = arg;

    TRY(user_export_store_lock(tx, c, job->user, &job->found));
    if (job->found.state != USER_EXPORT_READY || job->found.expires_at <= clock_wall_ms())
        return NULL;
    return user_closing_plan(job->self, tx, c, job->user, USER_EXPORT, job->found.expires_at);
}

struct err *user_exports_plan(struct user_api *base, struct ctx *c,
                              const struct user_plan_export_req *req, struct user_export *resp)
{
    struct look_job job = {.self = user_of(base), .user = req->user_id};

    TRY(sql_write(job.self->db, c, plan, &job));
    *resp = job.found;
    return NULL;
}

/* ---- what has become of it ---- */

struct end_job {
    struct user *self;
    const struct user_end_export_req *req;
};

static struct err *end(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct end_job *job = arg;
    const struct user_end_export_req *req = job->req;
    struct user_export row;

    TRY(user_export_store_lock(tx, c, req->user_id, &row));
    if (!row.job_id || row.job_id != req->job_id || row.state == req->state)
        return NULL;
    row.state = req->state;
    row.reason = req->reason;
    if (row.state != USER_EXPORT_READY)
        return user_export_store_put(tx, c, &row);
    row.bytes = req->bytes;
    row.expires_at = clock_wall_ms() + row.lifetime_ms;
    TRY(user_export_store_put(tx, c, &row));
    return user_closing_plan(job->self, tx, c, req->user_id, USER_EXPORT, row.expires_at);
}

struct err *user_exports_end(struct user_api *base, struct ctx *c,
                             const struct user_end_export_req *req,
                             struct user_end_export_resp *resp)
{
    struct end_job job = {user_of(base), req};

    (void)resp;
    if (req->reason.len > REASON_MAX)
        return err_new(c, ERR_INVALID, "a reason of %zu bytes", req->reason.len);
    return sql_write(job.self->db, c, end, &job);
}
