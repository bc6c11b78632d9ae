/* Facts on their way between the services of a cluster: what waits, and waiting for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <time.h>

#include "clock.h"
#include "doctor_parts.h"
#include "interrupts.h"
#include "text_table.h"

enum {
    LATE_MS = 60 * 1000, /* couriers bring what is left over within seconds */
    HOPS = 3,            /* a fact that follows from one that follows from one */
    PATIENCE_MS = 10 * 1000,
    PAUSE_MS = 50,
};

/* ---- what waits for too long ---- */

static struct err *read_waiting(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_query(tx, c, arg,
                     "SELECT destination, count(*), min(created_at) FROM changes_outbox"
                     " GROUP BY destination ORDER BY destination");
}

static struct err *look_at_outbox(struct doctor *d, struct ctx *c, enum admin_db from)
{
    struct sql_rows r;
    int64_t now = clock_wall_ms();

    TRY(sql_read(d->admin->db[from], c, read_waiting, &r));
    while (sql_next(&r)) {
        struct str to = sql_str(&r, 0);
        int64_t age = now - sql_i64(&r, 2);

        if (age > LATE_MS)
            doctor_found(d,
                         "%" PRId64 " facts of %s wait for " STR_FMT ", the oldest for " STR_FMT
                         ": does " STR_FMT " run?",
                         sql_i64(&r, 1), admin_db_names[from], STR_ARG(to),
                         STR_ARG(text_table_age(c->arena, age)), STR_ARG(to));
    }
    return NULL;
}

struct err *doctor_facts_check(struct doctor *d, struct ctx *c)
{
    for (enum admin_db from = 0; from < ADMIN_DBS; from++)
        TRY(look_at_outbox(d, c, from));
    return NULL;
}

/* ---- waiting for what is under way ---- */

/* Of all that waits in one database. */
struct times {
    int64_t oldest, newest; /* created_at; 0: nothing waits */
};

static struct err *read_times(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct times *t = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT coalesce(min(created_at), 0), coalesce(max(created_at), 0)"
                  " FROM changes_outbox"));
    if (sql_next(&r))
        *t = (struct times){sql_i64(&r, 0), sql_i64(&r, 1)};
    return NULL;
}

/* Has all that was there at first arrived? */
static struct err *is_past(struct doctor *d, struct ctx *c, const struct times *first, bool *past)
{
    *past = true;
    for (enum admin_db from = 0; from < ADMIN_DBS && *past; from++) {
        struct times now = {0};

        TRY(sql_read(d->admin->db[from], c, read_times, &now));
        *past = !now.oldest || now.oldest > first[from].newest;
    }
    return NULL;
}

static struct err *wait_for_one_hop(struct doctor *d, struct ctx *c, int64_t until_ns, bool *past)
{
    struct times first[ADMIN_DBS] = {0};

    for (enum admin_db from = 0; from < ADMIN_DBS; from++)
        TRY(sql_read(d->admin->db[from], c, read_times, &first[from]));
    TRY(is_past(d, c, first, past));
    while (!*past && clock_monotonic_ns() < until_ns) {
        TRY(interrupts_check(c));
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)PAUSE_MS * CLOCK_NS_PER_MS}, NULL);
        TRY(is_past(d, c, first, past));
    }
    return NULL;
}

struct err *doctor_facts_settle(struct doctor *d, struct ctx *c, bool *settled)
{
    int64_t until = clock_monotonic_ns() + (int64_t)PATIENCE_MS * CLOCK_NS_PER_MS;

    *settled = true;
    for (int hop = 0; hop < HOPS && *settled; hop++)
        TRY(wait_for_one_hop(d, c, until, settled));
    return NULL;
}
