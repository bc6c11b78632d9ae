/* Comparing steps with what this program has, and listing them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "admin_steps.h"

#include <inttypes.h>

struct err *admin_steps_known(struct ctx *c, const struct migration_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct migration_step *step = &steps->at[i];

        if (!step->known)
            return err_new(c, ERR_PRECONDITION,
                           "the database has step %" PRId64 " of " STR_FMT
                           ", which this program does not know: use the program it belongs to",
                           step->number, STR_ARG(step->owner));
    }
    return NULL;
}

struct err *admin_steps_check(struct ctx *c, const struct migration_steps *steps)
{
    TRY(admin_steps_known(c, steps));
    for (size_t i = 0; i < steps->count; i++)
        if (!steps->at[i].applied_at)
            return err_new(c, ERR_PRECONDITION,
                           "the database is older than this program: run `duan admin migrate`");
    return NULL;
}

void admin_steps_begin(struct text_table *table, struct arena *a, bool is_cluster)
{
    static const char *const of_one[] = {"owner", ">step", "name", "applied", NULL};
    static const char *const of_each[] = {"database", "owner", ">step", "name", "applied", NULL};

    text_table_init(table, a, is_cluster ? of_each : of_one);
}

static struct str applied(struct arena *a, const struct migration_step *step)
{
    if (!step->known)
        return STR("unknown to this program");
    return step->applied_at ? text_table_time(a, step->applied_at) : STR("missing");
}

bool admin_steps_list(struct text_table *table, const char *service,
                      const struct migration_steps *steps)
{
    bool whole = true;

    for (size_t i = 0; i < steps->count; i++) {
        const struct migration_step *step = &steps->at[i];
        const struct str cells[] = {
            service ? str_of(service) : STR(""),
            step->owner,
            text_table_number(table->arena, step->number),
            step->name,
            applied(table->arena, step),
        };

        text_table_row(table, service ? cells : cells + 1);
        whole = whole && step->known && step->applied_at;
    }
    return whole;
}
