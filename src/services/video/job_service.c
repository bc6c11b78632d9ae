/* The API of jobs: what is asked, put before the bus. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "job_service.h"

#include <stdlib.h>

#include "bus.h"

struct job_service {
    struct job_api base; /* first */
    struct bus *bus;     /* borrowed */
};

static struct bus *bus_of(struct job_api *base)
{
    return ((struct job_service *)base)->bus;
}

static struct err *claim(struct job_api *base, struct ctx *c, const struct job_claim_req *req,
                         struct job_claim_resp *resp)
{
    struct bus_job job;

    TRY(bus_claim(bus_of(base), c, req->topic, req->lease_ms, &job));
    *resp = (struct job_claim_resp){job.id, job.key, job.attempt, job.token};
    return NULL;
}

static struct err *renew(struct job_api *base, struct ctx *c, const struct job_renew_req *req,
                         struct job_renew_resp *resp)
{
    const struct bus_job job = {.id = req->id, .token = req->token};

    (void)resp;
    return bus_renew(bus_of(base), c, &job, req->lease_ms);
}

static struct err *end(struct job_api *base, struct ctx *c, const struct job_end_req *req,
                       struct job_end_resp *resp)
{
    const struct bus_job job = {.id = req->id, .attempt = req->attempt, .token = req->token};
    struct bus_verdict verdict = {
        .pause_ms = req->pause_ms, .is_no_attempt = req->is_no_attempt, .why = req->why};

    (void)resp;
    switch (req->ending) {
    case JOB_DONE:
        verdict.what = BUS_DONE;
        break;
    case JOB_AGAIN:
        verdict.what = BUS_AGAIN;
        break;
    case JOB_DEAD:
        verdict.what = BUS_BURY;
        break;
    default:
        return err_new(c, ERR_INVALID, "no such ending: %d", (int)req->ending);
    }
    return bus_end(bus_of(base), c, &job, &verdict);
}

static const struct job_api_ops ops = {.claim = claim, .renew = renew, .end = end};

struct job_api *job_service_create(struct bus *bus)
{
    struct job_service *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct job_service){{&ops}, bus};
    return &self->base;
}

void job_service_destroy(struct job_api *self)
{
    free(self);
}
