/* The eraser: one job is one account, and done when nothing of it is left. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "eraser.h"

#include <limits.h>
#include <stdlib.h>

#include "blob.h"
#include "bus.h"
#include "clock.h"
#include "comment_api.h"
#include "favorite_api.h"
#include "job_runner.h"
#include "log.h"
#include "media_key.h"
#include "message_api.h"
#include "notice_api.h"
#include "relation_api.h"
#include "report_api.h"
#include "user_api.h"
#include "video_api.h"

#define TOPIC "account.erase"
#define OF_OWN_PICTURES "media/u/" /* what is not below is a picture of the program's */
#define BELOW "media/"

enum { PAUSE_MS = 5000, POLL_MS = 1000, CALL_MS = 30 * 1000 };

struct eraser {
    struct account_deps deps;
    struct job_runner *runner; /* NULL: the bus runs them */
};

/* ---- what each service has ---- */

typedef struct err *step(const struct account_deps *to, struct ctx *c, int64_t user, bool *more);

/* Asks one service for one batch. */
#define STEP(x, api)                                                                          \
    static struct err *forget_##x(const struct account_deps *to, struct ctx *c, int64_t user, \
                                  bool *more)                                                 \
    {                                                                                         \
        const struct x##_forget_req req = {user};                                             \
        struct x##_forget_resp done = {0};                                                    \
                                                                                              \
        TRY(x##_forget(to->api, c, &req, &done));                                             \
        *more = done.more;                                                                    \
        return NULL;                                                                          \
    }

STEP(video, videos)
STEP(favorite, favorites)
STEP(comment, comments)
STEP(relation, relations)
STEP(message, messages)
STEP(notice, notices)
STEP(report, reports)

/* Videos first: what was said about them goes with them. Notices behind all that would tell some.
 */
static step *const steps[] = {
    forget_video,   forget_favorite, forget_comment, forget_relation,
    forget_message, forget_notice,   forget_report,
};

static struct ctx soon(struct ctx *c)
{
    struct ctx copy = *c;

    copy.deadline_ns = clock_monotonic_ns() + CALL_MS * (int64_t)CLOCK_NS_PER_MS;
    return copy;
}

/* Each batch with memory of its own: an account may have any number of them. */
static struct err *forget_batch(struct eraser *e, struct ctx *c, step *next, int64_t user,
                                bool *more)
{
    struct arena arena = {0};
    struct ctx own = soon(c);

    own.arena = &arena;
    struct err *failed = next(&e->deps, &own, user, more);

    if (failed)
        failed = err_new(c, failed->code, "%s", err_text(c, failed));
    arena_fini(&arena);
    return failed;
}

static struct err *forget_all(struct eraser *e, struct ctx *c, int64_t user,
                              const atomic_bool *stop)
{
    for (size_t i = 0; i < COUNT(steps); i++)
        for (bool more = true; more;) {
            if (atomic_load(stop))
                return err_new(c, ERR_CANCELLED, "the server is stopping");
            TRY(forget_batch(e, c, steps[i], user, &more));
        }
    return NULL;
}

/* ---- the account itself ---- */

static struct err *remove_picture(struct eraser *e, struct ctx *c, struct str path)
{
    const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

    if (!str_starts(path, STR(OF_OWN_PICTURES)) || !slash)
        return NULL;
    struct str folder = {path.ptr + sizeof(BELOW) - 1,
                         (size_t)(slash - path.ptr) - (sizeof(BELOW) - 1)};

    return blob_remove(e->deps.blob, c, arena_copy(c->arena, folder));
}

static struct err *erase(void *self, struct ctx *c, const struct bus_job *job,
                         const atomic_bool *stop)
{
    struct eraser *e = self;
    const struct user_begin_erase_req begin = {job->key};
    struct user_begin_erase_resp account = {0};
    const struct user_erase_req end = {job->key};
    struct user_erase_resp done;
    struct ctx near = soon(c);

    TRY(user_begin_erase(e->deps.users, &near, &begin, &account));
    if (!account.may)
        return NULL;
    TRY(forget_all(e, c, job->key, stop));
    TRY(remove_picture(e, c, account.avatar));
    TRY(remove_picture(e, c, account.background));
    TRY(blob_remove(e->deps.blob, c, media_export_folder(c->arena, job->key)));
    near = soon(c);
    TRY(user_erase(e->deps.users, &near, &end, &done));
    log_info(e->deps.log, c, "an account is removed, with everything of it",
             log_int("user.id", job->key));
    return NULL;
}

/* ---- life ---- */

static struct err *start(struct eraser *e, struct ctx *c, int64_t lease_ms)
{
    const struct bus_handler handler = {
        .self = e, .run = erase, .attempts_max = INT_MAX, .pause_ms = PAUSE_MS};
    const struct job_runner_options options = {TOPIC, 1, lease_ms, POLL_MS};

    if (e->deps.jobs)
        return job_runner_start(c, &options, &handler, e->deps.jobs, e->deps.log, &e->runner);
    return bus_consume(e->deps.bus, c, TOPIC, 1, &handler);
}

struct err *eraser_start(struct ctx *c, const struct account_deps *deps, int64_t lease_ms,
                         struct eraser **out)
{
    struct eraser *e = calloc(1, sizeof(*e));

    if (!e)
        abort();
    e->deps = *deps;
    struct err *failed = start(e, c, lease_ms);

    if (failed) {
        free(e);
        return failed;
    }
    *out = e;
    return NULL;
}

void eraser_stop(struct eraser *e)
{
    if (!e)
        return;
    job_runner_stop(e->runner);
    e->runner = NULL;
}

void eraser_destroy(struct eraser *e)
{
    eraser_stop(e);
    free(e);
}
