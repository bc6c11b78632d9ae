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

struct showing {
    const struct admin *admin;
    bool dead;
    int64_t after;
    size_t shown;
};

static struct err *show_page(void *arg, struct ctx *c, bool *more)
{
    struct showing *s = arg;
    struct bus_entries jobs = {0};
    struct text_table table;

    TRY(bus_list(s->admin->bus, c, s->after, PAGE, &jobs));
    text_table_init(&table, c->arena, heads);
    for (size_t i = 0; i < jobs.count; i++) {
        s->after = jobs.at[i].id;
        if (!s->dead || jobs.at[i].state == BUS_DEAD)
            add_row(&table, &jobs.at[i]);
    }
    if (table.rows)
        text_table_print(&table, s->admin->out);
    s->shown += table.rows;
    *more = jobs.count == PAGE;
    return NULL;
}

struct err *job_list_show(const struct admin *a, struct ctx *c, bool dead)
{
    struct showing s = {.admin = a, .dead = dead};

    TRY(admin_pieces(c, show_page, &s));
    if (!s.shown)
        (void)fprintf(a->out, "There are no %sjobs.\n", dead ? "dead " : "");
    return NULL;
}

struct err *job_list_retry(const struct admin *a, struct ctx *c, int64_t id)
{
    TRY(bus_retry(a->bus, c, id));
    (void)fprintf(a->out, "Job %" PRId64 " is due now; a running server takes it up.\n", id);
    return NULL;
}
