/* Guessing passwords: three buckets, and a table of places where accounts are at home. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "login_limits.h"

#include <pthread.h>
#include <stdlib.h>

#include "clock.h"
#include "keyed_hash.h"
#include "rate_limits.h"

enum { PLACES = 1 << 16 };

struct login_limits {
    struct rate_limits *limits; /* borrowed */
    struct keyed_hash hash;
    pthread_mutex_t lock;                  /* of the places */
    struct keyed_hash_slot places[PLACES]; /* by account, session and block */
};

struct login_limits *login_limits_create(struct rate_limits *limits)
{
    struct login_limits *l = calloc(1, sizeof(*l));

    if (!l || pthread_mutex_init(&l->lock, NULL) != 0)
        abort();
    l->limits = limits;
    l->hash = keyed_hash_new();
    return l;
}

void login_limits_destroy(struct login_limits *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* ---- places ---- */

static struct keyed_hash_slot *place_of(struct login_limits *l, uint64_t who)
{
    struct keyed_hash_slot *set = &l->places[who % (PLACES / KEYED_HASH_WAYS) * KEYED_HASH_WAYS];

    return keyed_hash_slot(set, sizeof(*set), who);
}

/* A new session version makes every place a strange one: so does a new password. */
static uint64_t place_hash(const struct login_limits *l, const struct login_attempt *attempt)
{
    uint64_t session =
        keyed_hash_of(&l->hash, (uint64_t)attempt->account,
                      (struct str){(const char *)&attempt->session, sizeof(attempt->session)});

    return keyed_hash_of(&l->hash, session, attempt->block);
}

static bool at_home(struct login_limits *l, const struct login_attempt *attempt)
{
    uint64_t who = place_hash(l, attempt);

    if (!attempt->account)
        return false;
    pthread_mutex_lock(&l->lock);
    bool found = place_of(l, who)->who == who;

    pthread_mutex_unlock(&l->lock);
    return found;
}

void login_limits_succeeded(struct login_limits *l, const struct login_attempt *attempt)
{
    uint64_t who = place_hash(l, attempt);

    pthread_mutex_lock(&l->lock);
    *place_of(l, who) = (struct keyed_hash_slot){who, clock_monotonic_ns()};
    pthread_mutex_unlock(&l->lock);
}

/* ---- buckets ---- */

typedef struct err *ask(struct rate_limits *r, struct ctx *c, enum rate_limit_kind kind,
                        struct str who);

/* Names that nobody has count like accounts: whoever guesses cannot tell them apart. */
static struct str account_of(struct ctx *c, const struct login_attempt *attempt)
{
    if (!attempt->account)
        return arena_str(c->arena, "name " STR_FMT, STR_ARG(attempt->name));
    return arena_str(c->arena, "account %lld", (long long)attempt->account);
}

static struct err *ask_account(struct login_limits *l, struct ctx *c,
                               const struct login_attempt *attempt, ask *one)
{
    struct str account = account_of(c, attempt);
    struct str both =
        arena_str(c->arena, STR_FMT " " STR_FMT, STR_ARG(attempt->block), STR_ARG(account));

    TRY(one(l->limits, c, RATE_LOGIN_ACCOUNT, both));
    return at_home(l, attempt) ? NULL : one(l->limits, c, RATE_LOGIN_STRANGERS, account);
}

struct err *login_limits_check_address(struct login_limits *l, struct ctx *c, struct str block)
{
    return rate_limits_check(l->limits, c, RATE_LOGIN_ADDRESS, block);
}

struct err *login_limits_check(struct login_limits *l, struct ctx *c,
                               const struct login_attempt *attempt)
{
    return ask_account(l, c, attempt, rate_limits_check);
}

struct err *login_limits_failed(struct login_limits *l, struct ctx *c,
                                const struct login_attempt *attempt)
{
    TRY(rate_limits_take(l->limits, c, RATE_LOGIN_ADDRESS, attempt->block));
    return ask_account(l, c, attempt, rate_limits_take);
}
