/* The exporter: one job is one account, whose row says what is to be done. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "blob.h"
#include "bus.h"
#include "clock.h"
#include "export_parts.h"
#include "job_runner.h"
#include "log.h"
#include "media_key.h"
#include "user_api.h"
#include "zip_file.h"

#define TOPIC "account.export"

enum { PAUSE_MS = 5000, POLL_MS = 1000, CALL_MS = 30 * 1000 };

struct exporter {
    struct account_deps deps;
    struct job_runner *runner; /* NULL: the bus runs them */
};

static struct ctx soon(struct ctx *c)
{
    struct ctx copy = *c;

    copy.deadline_ns = clock_monotonic_ns() + CALL_MS * (int64_t)CLOCK_NS_PER_MS;
    return copy;
}

/* ---- writing ---- */

/* Each page with memory of its own: an account may have any number of them. */
static struct err *add_page(struct export_copy *copy, struct ctx *c, export_page *page,
                            struct zip_file *zip)
{
    struct arena arena = {0};
    struct ctx own = soon(c);
    struct json j = {.arena = &arena};

    own.arena = &arena;
    copy->more = false;
    struct err *e = page(copy, &own, &j);

    if (e)
        e = err_new(c, e->code, "%s", err_text(c, e));
    else
        zip_file_add(zip, json_str(&j));
    arena_fini(&arena);
    return e;
}

static struct err *add_part(struct export_copy *copy, struct ctx *c, const struct export_part *part,
                            struct zip_file *zip, const atomic_bool *stop)
{
    zip_file_begin(zip, part->name);
    zip_file_add(zip, STR("["));
    copy->time = copy->id = 0;
    copy->items = 0;
    for (copy->more = true; copy->more && !zip_file_is_full(zip);) {
        if (atomic_load(stop))
            return err_new(c, ERR_CANCELLED, "the server is stopping");
        TRY(add_page(copy, c, part->page, zip));
    }
    zip_file_add(zip, STR("]\n"));
    return NULL;
}

static struct err *fill(struct exporter *x, struct ctx *c, const struct user_export *row,
                        struct zip_file *zip, const atomic_bool *stop)
{
    struct export_copy copy = {.to = &x->deps, .user = row->user_id, .base = row->base_url};

    for (size_t i = 0; i < export_part_count; i++)
        TRY(add_part(&copy, c, &export_parts[i], zip, stop));
    return NULL;
}

/* Whatever was begun before a crash is begun anew: it is soon done. */
static struct err *write_copy(struct exporter *x, struct ctx *c, const struct user_export *row,
                              struct str file, const atomic_bool *stop, int64_t *size)
{
    struct zip_file *zip = NULL;

    TRY(zip_file_create(c, file, &zip));
    struct err *e = fill(x, c, row, zip, stop);

    if (!e)
        e = zip_file_finish(zip, c, size);
    zip_file_close(zip);
    return e;
}

static struct err *make(struct exporter *x, struct ctx *c, const struct user_export *row,
                        const atomic_bool *stop, int64_t *size)
{
    struct str folder, name = arena_str(c->arena, "export-%" PRId64, row->user_id);

    TRY(blob_remove(x->deps.blob, c, media_export_folder(c->arena, row->user_id)));
    TRY(blob_workspace(x->deps.blob, c, name, &folder));
    struct str file = arena_str(c->arena, STR_FMT "/copy.zip", STR_ARG(folder));
    struct err *e = write_copy(x, c, row, file, stop, size);

    if (!e)
        e = blob_put(x->deps.blob, c, media_export_key(c->arena, row->user_id, row->job_id), file);
    blob_workspace_remove(folder);
    return e;
}

/* ---- jobs ---- */

static struct err *tell(struct exporter *x, struct ctx *c, const struct user_export *row,
                        enum user_export_state state, int64_t bytes, const char *reason)
{
    const struct user_end_export_req req = {row->user_id, row->job_id, state, bytes,
                                            str_of(reason)};
    struct user_end_export_resp done;
    struct ctx near = soon(c);

    return user_end_export(x->deps.users, &near, &req, &done);
}

static struct err *make_and_tell(struct exporter *x, struct ctx *c, const struct user_export *row,
                                 const atomic_bool *stop)
{
    int64_t size = 0;
    struct err *e = make(x, c, row, stop, &size);

    if (e && e->code == ERR_PRECONDITION)
        return tell(x, c, row, USER_EXPORT_FAILED, 0, "there is more than fits into one copy");
    TRY(e);
    log_info(x->deps.log, c, "a copy of an account is ready", log_int("user.id", row->user_id),
             log_int("file.size", size));
    return tell(x, c, row, USER_EXPORT_READY, size, "");
}

static struct err *expire(struct exporter *x, struct ctx *c, const struct user_export *row)
{
    TRY(blob_remove(x->deps.blob, c, media_export_folder(c->arena, row->user_id)));
    return tell(x, c, row, USER_EXPORT_EXPIRED, 0, "");
}

static struct err *run(void *self, struct ctx *c, const struct bus_job *job,
                       const atomic_bool *stop)
{
    struct exporter *x = self;
    const struct user_plan_export_req ask = {job->key};
    struct user_export row = {0};
    struct ctx near = soon(c);

    TRY(user_plan_export(x->deps.users, &near, &ask, &row));
    if (!row.job_id) /* the account may be gone, and what was made of it with it */
        return blob_remove(x->deps.blob, c, media_export_folder(c->arena, job->key));
    if (row.state == USER_EXPORT_WAITING)
        return make_and_tell(x, c, &row, stop);
    if (row.state == USER_EXPORT_READY && row.expires_at <= clock_wall_ms())
        return expire(x, c, &row);
    return NULL;
}

/* ---- life ---- */

static struct err *start(struct exporter *x, struct ctx *c, int64_t lease_ms)
{
    const struct bus_handler handler = {
        .self = x, .run = run, .attempts_max = INT_MAX, .pause_ms = PAUSE_MS};
    const struct job_runner_options options = {TOPIC, 1, lease_ms, POLL_MS};

    if (x->deps.jobs)
        return job_runner_start(c, &options, &handler, x->deps.jobs, x->deps.log, &x->runner);
    return bus_consume(x->deps.bus, c, TOPIC, 1, &handler);
}

struct err *exporter_start(struct ctx *c, const struct account_deps *deps, int64_t lease_ms,
                           struct exporter **out)
{
    struct exporter *x = calloc(1, sizeof(*x));

    if (!x)
        abort();
    x->deps = *deps;
    struct err *e = start(x, c, lease_ms);

    if (e) {
        free(x);
        return e;
    }
    *out = x;
    return NULL;
}

void exporter_stop(struct exporter *x)
{
    if (!x)
        return;
    job_runner_stop(x->runner);
    x->runner = NULL;
}

void exporter_destroy(struct exporter *x)
{
    exporter_stop(x);
    free(x);
}
