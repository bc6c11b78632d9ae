/* Leaving out: a counter for each part, and a line in the log now and then. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "degraded.h"

#include "clock.h"
#include "log.h"
#include "metrics.h"

enum { SAY_EVERY_S = 60 };

static const char *const part_names[DEGRADED_PARTS] = {
    [DEGRADED_SESSION] = "session",   [DEGRADED_EXISTS] = "exists",
    [DEGRADED_USERS] = "users",       [DEGRADED_LIKED] = "liked",
    [DEGRADED_FOLLOWED] = "followed", [DEGRADED_HIDDEN] = "hidden",
    [DEGRADED_COMMENTS] = "comments", [DEGRADED_MESSAGES] = "messages",
};

bool degraded_may(const struct err *e)
{
    return e->code == ERR_UNAVAILABLE || e->code == ERR_TIMEOUT || e->code == ERR_EXHAUSTED;
}

void degraded_note(struct degraded *d, struct ctx *c, enum degraded_part part, const struct err *e)
{
    struct str name = str_of(part_names[part]);
    int64_t now = clock_monotonic_ns(), next = atomic_load(&d->say_again_ns[part]);

    metrics_add(metrics_counter(d->metrics, "duan_gateway_degraded_total",
                                "Pages that went without a part, by what they lacked.",
                                metrics_label("part", name)),
                1);
    if (now >= next && atomic_compare_exchange_strong(&d->say_again_ns[part], &next,
                                                      now + SAY_EVERY_S * CLOCK_NS_PER_S))
        log_warn(d->log, c, "pages go without a part", log_str("duan.degraded", name), log_err(e));
}
