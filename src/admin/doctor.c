/* The doctor: one table of checks, each told and counted the same way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <unistd.h>

#include "doctor_parts.h"
#include "file_hold.h"
#include "folder_lock.h"
#include "text_table.h"

/* Where it makes sense: one database and its folder, or the databases of a cluster. */
enum { FOLDER = 1, CLUSTER = 2, BOTH = FOLDER | CLUSTER };

/* In the order in which they repair: what is counted comes before what sums it up. */
static const struct {
    const char *name, *meaning;
    doctor_check *run;
    unsigned where;
} checks[] = {
    {"database", "every page and index can be read", doctor_database_check, FOLDER},
    {"facts", "what services tell each other arrives", doctor_facts_check, CLUSTER},
    {"sequences", "no id is handed out twice", doctor_sequences_check, BOTH},
    {"strays", "comments and counts belong to something", doctor_strays_check, FOLDER},
    {"strays", "comments and counts belong to something", doctor_comments_across_check, CLUSTER},
    {"video-counts", "likes and comments are as many as counted", doctor_video_counts_check,
     FOLDER},
    {"video-counts", "likes and comments are as many as counted", doctor_videos_across_check,
     CLUSTER},
    {"user-counts", "so are follows, works and likes", doctor_user_counts_check, FOLDER},
    {"user-counts", "so are follows, works and likes", doctor_users_across_check, CLUSTER},
    {"quotas", "what accounts have used is what their videos take up", doctor_usage_check, BOTH},
    {"conversations", "each tells its newest message", doctor_chats_check, BOTH},
    {"jobs", "what waits for a job has one, and the other way round", doctor_jobs_check, BOTH},
    {"dead-jobs", "nothing has failed for good but through its upload", doctor_dead_jobs_check,
     BOTH},
    {"files", "what a video names is there and whole", doctor_files_check, FOLDER},
    {"orphans", "every object belongs to a video", doctor_orphans_check, FOLDER},
    {"pictures", "what profiles show is there, and nothing else", doctor_pictures_check, FOLDER},
    {"leftovers", "nothing half made lies about", doctor_leftovers_check, FOLDER},
    {"key", "token.key is its owner's alone", doctor_key_check, FOLDER},
    {"disk", "there is room for uploads", doctor_disk_check, FOLDER},
};

/* ---- telling ---- */

bool doctor_repairs(const struct doctor *d)
{
    return d->order->repair && !d->damaged;
}

PRINTF(3, 0)
static void print(struct doctor *d, const char *how, const char *fmt, va_list ap)
{
    struct arena arena = {0};
    char text[1024];

    (void)vsnprintf(text, sizeof(text), fmt, ap);
    struct str plain = text_table_plain(&arena, str_of(text));

    (void)fprintf(d->admin->out, "%-9s %-14s " STR_FMT "\n", how, d->check, STR_ARG(plain));
    arena_fini(&arena);
}

void doctor_found(struct doctor *d, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print(d, "found", fmt, ap);
    va_end(ap);
    d->found++;
}

void doctor_repaired(struct doctor *d, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print(d, "repaired", fmt, ap);
    va_end(ap);
    d->repaired++;
}

void doctor_note(struct doctor *d, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    print(d, "note", fmt, ap);
    va_end(ap);
}

static void sum_up(struct doctor *d, size_t count)
{
    FILE *out = d->admin->out;

    if (d->found + d->repaired == 0)
        (void)fprintf(out, "%zu checks: nothing is wrong.\n", count);
    else if (d->order->repair)
        (void)fprintf(out, "%zu checks: %" PRId64 " repaired, %" PRId64 " left.\n", count,
                      d->repaired, d->found);
    else
        (void)fprintf(out,
                      "%zu checks: %" PRId64 " found; `duan admin doctor --repair` repairs what "
                      "can be.\n",
                      count, d->found);
}

/* ---- examining ---- */

/* A check that cannot be made is a finding: the others are made all the same. */
static struct err *run_checks(struct doctor *d, struct ctx *c, size_t *count)
{
    unsigned here = d->admin->is_cluster ? CLUSTER : FOLDER;

    for (size_t i = 0; i < COUNT(checks); i++) {
        if (!(checks[i].where & here))
            continue;
        ++*count;
        d->check = checks[i].name;
        struct err *e = checks[i].run(d, c);

        if (e && e->code == ERR_CANCELLED)
            return e;
        if (e)
            doctor_found(d, "cannot be checked (%s): %s", checks[i].meaning, err_text(c, e));
    }
    return NULL;
}

static struct err *examine(struct doctor *d, struct ctx *c)
{
    struct err *e = d->order->open(d->order->self, c);
    size_t count = 0;

    if (!e) {
        TRY(run_checks(d, c, &count));
        sum_up(d, count);
        return NULL;
    }
    if (e->code != ERR_DATA_LOSS && e->code != ERR_PRECONDITION)
        return e;
    d->check = "database";
    doctor_found(d, "%s", err_text(c, e));
    sum_up(d, 1);
    return NULL;
}

/* ---- who else is there ---- */

/* Holds the folder while no server does: then all that is under way is left over. */
static struct err *look_for_server(struct doctor *d, struct ctx *c, struct folder_lock **lock)
{
    struct err *e = folder_lock_take(c, d->admin->data, lock);

    d->alone = !e;
    return e && e->code != ERR_PRECONDITION ? e : NULL;
}

static struct err *look_for_backup(struct doctor *d, struct ctx *c, int *hold)
{
    struct err *e = file_hold_take(c, d->admin->data, FILE_HOLD_REMOVE, hold);

    d->no_backup = !e;
    if (e && (e->code != ERR_PRECONDITION || d->order->repair))
        return e;
    if (!e && !d->order->repair) { /* whoever only looks holds up nobody */
        close(*hold);
        *hold = -1;
    }
    return NULL;
}

static struct err *examine_folder(struct doctor *d, struct ctx *c)
{
    struct folder_lock *lock = NULL;
    int hold = -1;
    struct err *e = look_for_server(d, c, &lock);

    if (!e)
        e = look_for_backup(d, c, &hold);
    if (!e)
        e = examine(d, c);
    if (hold >= 0)
        close(hold);
    folder_lock_return(lock);
    return e;
}

struct err *doctor_examine(const struct admin *a, struct ctx *c, const struct doctor_order *order,
                           int64_t *left)
{
    struct doctor d = {.admin = a, .order = order};
    struct err *e = a->is_cluster ? examine(&d, c) : examine_folder(&d, c);

    *left = d.found;
    return e;
}
