/* Series of methods, looked up once and found by the method's address from then on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_metrics.h"

#include <stdlib.h>

#include "metrics.h"

enum { SLOTS = 256 /* a power of two, and far more than there are methods */, CODES = 17 };

/* Of one method; pointers are filled in when first needed. */
struct series {
    const struct api_method *_Atomic method;
    struct metric_histogram *_Atomic seconds;
    struct metric_counter *_Atomic codes[CODES];
};

struct rpc_metrics {
    struct metrics *metrics; /* borrowed */
    const char *side;
    struct api_observer observer;
    struct series slots[SLOTS];
};

/* The method's slot, claimed on first use. Two that claim one at a time: one looks on. */
static struct series *slot_of(struct rpc_metrics *r, const struct api_method *m)
{
    size_t at = (uintptr_t)m / sizeof(*m);

    for (size_t i = 0; i < SLOTS; i++) {
        struct series *s = &r->slots[(at + i) % SLOTS];
        const struct api_method *none = NULL;

        if (atomic_load(&s->method) == m || atomic_compare_exchange_strong(&s->method, &none, m) ||
            none == m)
            return s;
    }
    abort();
}

static struct metric_histogram *seconds_of(struct rpc_metrics *r, struct series *s)
{
    struct metric_histogram *seconds = atomic_load(&s->seconds);

    if (!seconds) {
        const struct api_method *m = atomic_load(&s->method);

        seconds = metrics_histogram(r->metrics, "duan_rpc_seconds",
                                    "How long calls took, by side and method.", &metrics_seconds,
                                    metrics_label("side", str_of(r->side)),
                                    metrics_label("method", str_of(m->path)));
        atomic_store(&s->seconds, seconds);
    }
    return seconds;
}

static struct metric_counter *count_of(struct rpc_metrics *r, struct series *s, const struct err *e)
{
    size_t code = e ? (size_t)e->code % CODES : 0;
    struct metric_counter *count = atomic_load(&s->codes[code]);

    if (!count) {
        const struct api_method *m = atomic_load(&s->method);

        count = metrics_counter(
            r->metrics, "duan_rpc_calls_total", "Calls that ended, by side, method and code.",
            metrics_label("side", str_of(r->side)), metrics_label("method", str_of(m->path)),
            metrics_label("code", str_of(e ? err_code_name(e->code) : "ok")));
        atomic_store(&s->codes[code], count);
    }
    return count;
}

static void ended(void *self, const struct api_method *m, const struct err *e, int64_t took_ns)
{
    struct rpc_metrics *r = self;
    struct series *s = slot_of(r, m);

    metrics_add(count_of(r, s, e), 1);
    metrics_observe(seconds_of(r, s), took_ns);
}

struct rpc_metrics *rpc_metrics_create(struct metrics *m, const char *side)
{
    struct rpc_metrics *r = calloc(1, sizeof(*r));

    if (!r)
        abort();
    r->metrics = m;
    r->side = side;
    r->observer = (struct api_observer){ended, r};
    return r;
}

void rpc_metrics_destroy(struct rpc_metrics *r)
{
    free(r);
}

const struct api_observer *rpc_metrics_observer(struct rpc_metrics *r)
{
    return &r->observer;
}
