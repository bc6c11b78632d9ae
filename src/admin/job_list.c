/* Jobs: listed page by page, and made due. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "job_list.h"

#include <inttypes.h>

#include "bus.h"
#include "clock.h"
#include "text_table.h"

enum { PAGE = 500 };

static const char *const heads[] = {">job",      "about", "state", ">age",
                                    ">attempts", "due",   "error", NULL};
static const char *const state_names[] = {
    [BUS_WAITING] = "waiting", [BUS_RUNNING] = "running", [BUS_DEAD] = "dead"};

static struct str due(struct arena *a, const struct bus_entry *job, int64_t now)
{
    if (job->state != BUS_WAITING)
        return STR("-");
    return job->run_at <= now
               ? STR("now")
               : arena_str(a, "in " STR_FMT, STR_ARG(text_table_age(a, job->run_at - now)));
}

static void add_row(struct text_table *t, const struct bus_entry *job)
{
    int64_t now = clock_wall_ms();
    struct arena *a = t->arena;
    const struct str cells[] = {
        text_table_number(a, job->id),
        arena_str(a, STR_FMT " %" PRId64, STR_ARG(job->topic), job->key),
        (size_t)job->state < COUNT(state_names) ? str_of(state_names[job->state]) : STR("?"),
        text_table_age(a, now - job->created_at),
        text_table_number(a, job->attempts),
        due(a, job, now),
        job->last_error.len ? job->last_error : STR("-"),
    };

    text_table_row(t, cells);
}

/* One page; *after moves on, and is 0 behind the last one. */
static struct err *show_page(const struct admin *a, struct ctx *c, bool dead, int64_t *after,
                             size_t *shown)
{
    struct bus_entries jobs = {0};
    struct text_table table;

    TRY(bus_list(a->bus, c, *after, PAGE, &jobs));
    text_table_init(&table, c->arena, heads);
    for (size_t i = 0; i < jobs.count; i++)
        if (!dead || jobs.at[i].state == BUS_DEAD)
            add_row(&table, &jobs.at[i]);
    if (table.rows)
        text_table_print(&table, a->out);
    *shown += table.rows;
    *after = jobs.count == PAGE ? jobs.at[jobs.count - 1].id : 0;
    return NULL;
}

struct err *job_list_show(const struct admin *a, struct ctx *c, bool dead)
{
    struct arena arena = {0};
    struct ctx page = {.arena = &arena};
    struct err *e = NULL;
    int64_t after = 0;
    size_t shown = 0;

    do {
        e = show_page(a, &page, dead, &after, &shown);
        if (e)
            e = admin_keep(c, e);
        arena_reset(&arena);
    } while (!e && after);
    arena_fini(&arena);
    if (!e && !shown)
        (void)fprintf(a->out, "There are no %sjobs.\n", dead ? "dead " : "");
    return e;
}

struct err *job_list_retry(const struct admin *a, struct ctx *c, int64_t id)
{
    TRY(bus_retry(a->bus, c, id));
    (void)fprintf(a->out, "Job %" PRId64 " is due now; a running server takes it up.\n", id);
    return NULL;
}
