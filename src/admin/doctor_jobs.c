/* Videos against the jobs that are to finish them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "bus.h"
#include "doctor_parts.h"
#include "media_reason.h"
#include "video_api.h"

enum { SPAN = 10000, PAGE = 200 };

#define TOPIC "transcode"

static struct str tell_video(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a, "video %" PRId64 " waits for a job, and there is none", sql_i64(row, 0));
}

static struct err *publish_again(struct doctor *d, struct ctx *c, const struct sql_rows *row)
{
    int64_t video = sql_i64(row, 0);

    TRY(bus_forget(d->admin->bus, c, STR(TOPIC), video));
    return bus_publish(d->admin->bus, c, STR(TOPIC), video);
}

static struct str tell_job(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a, "job %" PRId64 " is about video %" PRId64 ", which is not there",
                     sql_i64(row, 0), sql_i64(row, 1));
}

/* A job that runs looks after itself: it ends when it notices. */
#define JOBS_OF_NONE                                                 \
    " FROM bus_job WHERE id >= ? AND id < ? AND topic = '" TOPIC "'" \
    " AND state <> 1 AND NOT EXISTS (SELECT 1 FROM video_item AS v WHERE v.id = job_key)"

struct err *doctor_jobs_check(struct doctor *d, struct ctx *c)
{
    static const struct doctor_rows videos = {
        .db = ADMIN_DB_VIDEO,
        .next = "SELECT min(id) FROM video_item WHERE id >= ?",
        .find = "SELECT id FROM video_item AS v WHERE id >= ? AND id < ? AND state IN (0, 1)"
                " AND NOT EXISTS (SELECT 1 FROM bus_job AS j WHERE j.topic = '" TOPIC "'"
                " AND j.job_key = v.id AND j.state IN (0, 1)) ORDER BY id",
        .fix_row = publish_again,
        .find_pairs = 1,
        .span = SPAN,
        .tell = tell_video,
    };
    static const struct doctor_rows jobs = {
        .db = ADMIN_DB_VIDEO,
        .next = "SELECT min(id) FROM bus_job WHERE id >= ?",
        .find = "SELECT id, job_key" JOBS_OF_NONE,
        .fix = "DELETE" JOBS_OF_NONE,
        .find_pairs = 1,
        .fix_pairs = 1,
        .span = SPAN,
        .tell = tell_job,
    };

    TRY(doctor_rows_check(d, c, &videos));
    return doctor_rows_check(d, c, &jobs);
}

/* ---- dead jobs ---- */

/* The video itself could not be used: its author has been told, and nothing here is to blame. */
static bool blames_upload(const struct video_get_media_resp *video)
{
    if (video->state != VIDEO_FAILED)
        return false;
    for (int reason = 0; reason < MEDIA_REASONS; reason++)
        if (str_eq(video->reason, str_of(media_reason_name((enum media_reason)reason))))
            return !media_reason_retryable((enum media_reason)reason);
    return false;
}

static struct err *look_at_dead(struct doctor *d, struct ctx *c, const struct bus_entry *job)
{
    struct video_get_media_req ask = {.id = job->key};
    struct video_get_media_resp video = {0};
    struct err *e = video_get_media(d->admin->videos, c, &ask, &video);

    if (e && e->code == ERR_NOT_FOUND)
        return NULL; /* told already: it is about nothing */
    TRY(e);
    if (blames_upload(&video)) {
        doctor_note(d, "video %" PRId64 " cannot be used: " STR_FMT, job->key,
                    STR_ARG(video.message));
        return NULL;
    }
    if (!doctor_repairs(d)) {
        doctor_found(d, "job %" PRId64 " of video %" PRId64 " has failed for good: " STR_FMT,
                     job->id, job->key, STR_ARG(job->last_error));
        return NULL;
    }
    TRY(bus_retry(d->admin->bus, c, job->id));
    doctor_repaired(d, "job %" PRId64 " of video %" PRId64 " had failed for good, is due again",
                    job->id, job->key);
    return NULL;
}

struct dead_jobs {
    struct doctor *d;
    int64_t after;
};

static struct err *look_at_page(void *arg, struct ctx *c, bool *more)
{
    struct dead_jobs *s = arg;
    struct bus_entries jobs = {0};

    TRY(bus_list(s->d->admin->bus, c, s->after, PAGE, &jobs));
    for (size_t i = 0; i < jobs.count; i++) {
        s->after = jobs.at[i].id;
        if (jobs.at[i].state == BUS_DEAD && str_eq(jobs.at[i].topic, STR(TOPIC)))
            TRY(look_at_dead(s->d, c, &jobs.at[i]));
    }
    *more = jobs.count == PAGE;
    return NULL;
}

struct err *doctor_dead_jobs_check(struct doctor *d, struct ctx *c)
{
    struct dead_jobs s = {.d = d};

    return admin_pieces(c, look_at_page, &s);
}
