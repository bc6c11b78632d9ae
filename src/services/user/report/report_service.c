/* Reports: taken in once each, and told as facts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "changes.h"
#include "clock.h"
#include "limits.h"
#include "report.h"
#include "report_store.h"
#include "sequence.h"
#include "text_rules.h"

enum { DAY_MS = 24 * 3600 * 1000 };

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

static const struct report_api_ops ops = {.add = add};

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
