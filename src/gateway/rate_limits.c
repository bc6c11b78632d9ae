/* Rate limits: a table of buckets, four places for each hash. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rate_limits.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "clock.h"
#include "keyed_hash.h"

/* Requests have a table of their own: who sends many from many addresses must not be able to push
 * out the buckets in which his guesses are counted. */
enum { REQUESTS, THE_REST, TABLES };
enum { BUCKETS = 1 << 16, STRIPES = 64 };

struct rule {
    const char *name;
    double burst, per_second;
};

static const struct rule shipped[RATE_KINDS] = {
    [RATE_REQUEST] = {.name = "request"}, /* the rest of it is set */
    [RATE_REGISTER] = {"register", 40, 1.0 / 30},
    [RATE_LOGIN_ADDRESS] = {"login_address", 30, 1.0 / 5},
    [RATE_LOGIN_ACCOUNT] = {"login_account", 10, 1.0 / 10},
    [RATE_LOGIN_STRANGERS] = {"login_strangers", 100, 1.0 / 36},
    [RATE_UPLOAD] = {"upload", 40, 1.0 / 30},
    [RATE_WRITE] = {"write", 120, 10},
    [RATE_MESSAGE] = {"message", 60, 5},
};

struct bucket {
    struct keyed_hash_slot slot; /* first; `left` was right when it was last in use */
    float left;
};

struct rate_limits {
    atomic_bool enabled;
    _Atomic int64_t requests_burst, requests_per_second;
    _Atomic uint64_t refused[RATE_KINDS];
    pthread_mutex_t locks[STRIPES]; /* of the buckets whose number they divide */
    struct keyed_hash hash;
    struct bucket buckets[TABLES][BUCKETS];
};

struct rate_limits *rate_limits_create(const struct rate_limits_options *options)
{
    struct rate_limits *r = calloc(1, sizeof(*r));

    if (!r)
        abort();
    rate_limits_change(r, options);
    r->hash = keyed_hash_new();
    for (size_t i = 0; i < STRIPES; i++)
        if (pthread_mutex_init(&r->locks[i], NULL) != 0)
            abort();
    return r;
}

void rate_limits_destroy(struct rate_limits *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < STRIPES; i++)
        pthread_mutex_destroy(&r->locks[i]);
    free(r);
}

void rate_limits_change(struct rate_limits *r, const struct rate_limits_options *options)
{
    atomic_store(&r->enabled, options->enabled);
    atomic_store(&r->requests_burst, options->requests_burst);
    atomic_store(&r->requests_per_second, options->requests_per_second);
}

static struct rule rule_of(const struct rate_limits *r, enum rate_limit_kind kind)
{
    struct rule rule = shipped[kind];

    if (kind == RATE_REQUEST) {
        rule.burst = (double)atomic_load_explicit(&r->requests_burst, memory_order_relaxed);
        rule.per_second =
            (double)atomic_load_explicit(&r->requests_per_second, memory_order_relaxed);
    }
    return rule;
}

static double left_now(const struct bucket *b, const struct rule *rule, int64_t now)
{
    double left =
        b->left + (double)(now - b->slot.at_ns) / (double)CLOCK_NS_PER_S * rule->per_second;

    return left < rule->burst ? left : rule->burst;
}

/* What is left after taking `amount`; negative: it was refused. */
static double use(struct rate_limits *r, enum rate_limit_kind kind, struct str who, double amount)
{
    uint64_t h = keyed_hash_of(&r->hash, kind, who);
    size_t set = h % (BUCKETS / KEYED_HASH_WAYS);
    struct bucket *table = r->buckets[kind == RATE_REQUEST ? REQUESTS : THE_REST];
    int64_t now = clock_monotonic_ns();
    struct rule rule = rule_of(r, kind);
    pthread_mutex_t *lock = &r->locks[set % STRIPES];

    pthread_mutex_lock(lock);
    struct bucket *b =
        (struct bucket *)keyed_hash_slot(&table[set * KEYED_HASH_WAYS], sizeof(*b), h);
    double left = b->slot.who == h ? left_now(b, &rule, now) : rule.burst;

    if (left >= 1 && amount > 0)
        *b = (struct bucket){{h, now}, (float)(left - amount)};
    pthread_mutex_unlock(lock);
    return left - 1;
}

static struct err *refused(struct rate_limits *r, struct ctx *c, enum rate_limit_kind kind,
                           double left)
{
    struct err *e =
        err_reason(c, ERR_EXHAUSTED, "rate_limited", "too many requests (%s)", shipped[kind].name);

    e->retry_after_s = (int)ceil(-left / rule_of(r, kind).per_second);
    if (e->retry_after_s < 1)
        e->retry_after_s = 1;
    atomic_fetch_add(&r->refused[kind], 1);
    return e;
}

static struct err *ask(struct rate_limits *r, struct ctx *c, enum rate_limit_kind kind,
                       struct str who, double amount)
{
    if (kind == RATE_NONE || !atomic_load_explicit(&r->enabled, memory_order_relaxed))
        return NULL;
    double left = use(r, kind, who, amount);

    return left < 0 ? refused(r, c, kind, left) : NULL;
}

struct err *rate_limits_take(struct rate_limits *r, struct ctx *c, enum rate_limit_kind kind,
                             struct str who)
{
    return ask(r, c, kind, who, 1);
}

struct err *rate_limits_check(struct rate_limits *r, struct ctx *c, enum rate_limit_kind kind,
                              struct str who)
{
    return ask(r, c, kind, who, 0);
}

uint64_t rate_limits_refused(struct rate_limits *r, enum rate_limit_kind kind)
{
    return atomic_load(&r->refused[kind]);
}

const char *rate_limits_name(enum rate_limit_kind kind)
{
    return shipped[kind].name;
}
