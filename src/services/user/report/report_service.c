/* Reports: taken in once each, and told as facts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "changes.h"
#include "clock.h"
#include "limits.h"
#include "report.h"
#include "report_store.h"
#include "sequence.h"
#include "text_rules.h"

enum { DAY_MS = 24 * 3600 * 1000, ACTS_MAX = 100 };

struct report {
    struct report_api base; /* first */
    struct sql *db;         /* borrowed, as is changes */
    struct changes *changes;
};

const struct str report_reasons[] = {
    STR_INIT("spam"),       STR_INIT("nudity"),    STR_INIT("violence"),  STR_INIT("hate"),
    STR_INIT("harassment"), STR_INIT("self_harm"), STR_INIT("dangerous"), STR_INIT("fraud"),
    STR_INIT("copyright"),  STR_INIT("minor"),     STR_INIT("other"),     {0},
};

static struct report *of(struct report_api *base)
{
    return (struct report *)base;
}

static struct err *check_reason(struct ctx *c, struct str reason)
{
    for (const struct str *known = report_reasons; known->len; known++)
        if (str_eq(*known, reason))
            return NULL;
    return err_new(c, ERR_INVALID, "there is no such reason to report something");
}

static struct err *check_words(struct ctx *c, const struct report_add_req *req)
{
    static const struct text_rule rule = {.what = "report",
                                          .reason = "bad_text",
                                          .min_chars = 1,
                                          .max_chars = REPORT_MAX_CHARS,
                                          .lines = true,
                                          .tabs = true};

    TRY(check_reason(c, req->reason));
    return req->text.len ? text_rules_check(c, &rule, req->text) : NULL;
}

struct add_job {
    struct report *self;
    struct report_item *item;
    bool changed;
};

static struct err *check_day(struct sql_tx *tx, struct ctx *c, const struct report_item *item)
{
    int64_t count;

    TRY(report_store_count_since(tx, c, item->reporter_id, item->created_at - DAY_MS, &count));
    return count <= REPORTS_A_DAY ? NULL
                                  : err_reason(c, ERR_PRECONDITION, "quota_used_up",
                                               "%d reports in one day are enough", REPORTS_A_DAY);
}

static struct err *add_report(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct add_job *job = arg;

    TRY(sequence_next(tx, c, STR("report"), &job->item->id));
    TRY(report_store_add(tx, c, job->item, &job->changed));
    if (!job->changed)
        return NULL;
    TRY(check_day(tx, c, job->item));
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&report_item_type, CHANGE_INSERT, job->item});
}

static struct err *add(struct report_api *base, struct ctx *c, const struct report_add_req *req,
                       struct report_add_resp *resp)
{
    struct add_job job = {of(base), arena_new(c->arena, struct report_item), false};

    if (req->kind < REPORT_OF_VIDEO || req->kind > REPORT_OF_USER)
        return err_new(c, ERR_INVALID, "no such thing can be reported");
    TRY(check_words(c, req));
    *job.item = (struct report_item){.reporter_id = req->reporter_id,
                                     .kind = req->kind,
                                     .target_id = req->target_id,
                                     .reason = req->reason,
                                     .text = req->text,
                                     .created_at = clock_wall_ms()};
    TRY(changes_write(job.self->changes, job.self->db, c, add_report, &job));
    resp->changed = job.changed;
    return NULL;
}

/* ---- looking ---- */

struct list_job {
    const struct report_list_req *req;
    struct report_item_list found;
};

static struct err *read_list(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;

    return report_store_list(tx, c, job->req, &job->found);
}

static struct err *list(struct report_api *base, struct ctx *c, const struct report_list_req *req,
                        struct report_list_resp *resp)
{
    struct list_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_list, &job));
    resp->reports = job.found;
    return NULL;
}

struct list_by_job {
    const struct report_list_by_req *req;
    struct report_item_list found;
};

static struct err *read_list_by(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_by_job *job = arg;

    return report_store_list_by(tx, c, job->req, &job->found);
}

static struct err *list_by(struct report_api *base, struct ctx *c,
                           const struct report_list_by_req *req, struct report_list_resp *resp)
{
    struct list_by_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_list_by, &job));
    resp->reports = job.found;
    return NULL;
}

struct get_job {
    int64_t id;
    struct report_get_resp found;
};

static struct err *find(struct sql_tx *tx, struct ctx *c, int64_t id, struct report_item *out)
{
    bool found;

    TRY(report_store_get(tx, c, id, out, &found));
    return found ? NULL : err_new(c, ERR_NOT_FOUND, "there is no report %" PRId64, id);
}

static struct err *read_report(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct get_job *job = arg;
    struct report_item *item = arena_new(c->arena, struct report_item);
    int64_t count;

    TRY(find(tx, c, job->id, item));
    TRY(report_store_count_of(tx, c, item->kind, item->target_id, &count));
    TRY(report_store_acts(tx, c, job->id, ACTS_MAX, &job->found.acts));
    job->found.report = item;
    job->found.others = count - 1;
    return NULL;
}

static struct err *get(struct report_api *base, struct ctx *c, const struct report_get_req *req,
                       struct report_get_resp *resp)
{
    struct get_job job = {.id = req->id};

    TRY(sql_read(of(base)->db, c, read_report, &job));
    *resp = job.found;
    return NULL;
}

/* ---- settling ---- */

static const enum report_state states[] = {
    [REPORT_HIDE] = REPORT_HIDDEN,
    [REPORT_RESTORE] = REPORT_DISMISSED,
    [REPORT_DISMISS] = REPORT_DISMISSED,
};

struct settle_job {
    const struct report_settle_req *req;
    struct report_item *item;
};

static struct err *write_deed(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct settle_job *job = arg;
    struct report_act act = {.report_id = job->req->id,
                             .at = clock_wall_ms(),
                             .deed = job->req->deed,
                             .note = job->req->note,
                             .by = job->req->by};

    TRY(find(tx, c, job->req->id, job->item));
    act.kind = job->item->kind;
    act.target_id = job->item->target_id;
    job->item->state = states[act.deed];
    TRY(sequence_next(tx, c, STR("report_act"), &act.id));
    TRY(report_store_set_state(tx, c, job->item, job->item->state));
    return report_store_add_act(tx, c, &act);
}

static struct err *settle(struct report_api *base, struct ctx *c,
                          const struct report_settle_req *req, struct report_settle_resp *resp)
{
    struct settle_job job = {req, arena_new(c->arena, struct report_item)};

    if (req->deed < REPORT_HIDE || req->deed > REPORT_DISMISS)
        return err_new(c, ERR_INVALID, "nothing of that kind can be done");
    TRY(text_rules_check_deed(c, req->note, req->by));
    TRY(sql_write(of(base)->db, c, write_deed, &job));
    resp->report = job.item;
    return NULL;
}

/* ---- the end of an account ---- */

static struct err *forget_made(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return report_store_forget(tx, c, *(const int64_t *)arg);
}

static struct err *forget_of(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return report_store_forget_of(tx, c, *(const int64_t *)arg);
}

/* What operators have done about them stays: that is their record. */
static struct err *forget(struct report_api *base, struct ctx *c,
                          const struct report_forget_req *req, struct report_forget_resp *resp)
{
    int64_t user = req->user_id;

    resp->more = false;
    TRY(sql_write(of(base)->db, c, forget_made, &user));
    return sql_write(of(base)->db, c, forget_of, &user);
}

/* ---- life ---- */

static const struct report_api_ops ops = {
    .add = add,
    .list = list,
    .get = get,
    .settle = settle,
    .list_by = list_by,
    .forget = forget,
};

struct report_api *report_create(struct sql *db, struct changes *changes)
{
    struct report *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct report){{&ops}, db, changes};
    return &self->base;
}

void report_destroy(struct report_api *self)
{
    free(self);
}
