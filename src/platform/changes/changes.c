/* Changes: one short list of subscribers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "changes.h"

#include <stdlib.h>

#include "clock.h"
#include "courier.h"
#include "outbox.h"

enum { SUBSCRIBERS_MAX = 64 };

struct subscriber {
    const struct codec_type *type;
    changes_follower *follow; /* one of the three */
    changes_watcher *watch;
    struct courier *courier; /* borrowed */
    unsigned ops;            /* the courier's */
    void *self;
};

struct changes {
    struct subscriber at[SUBSCRIBERS_MAX];
    size_t count;
};

static const struct migration steps[] = {
    {"changes", 1, "create",
     "CREATE TABLE changes_outbox (destination VARCHAR(16) NOT NULL, created_at BIGINT NOT NULL,"
     " id BIGINT NOT NULL, type VARCHAR(64) NOT NULL, op INT NOT NULL, body BLOB NOT NULL,"
     " PRIMARY KEY (destination, created_at, id)) WITHOUT ROWID;"
     "CREATE TABLE changes_applied (source VARCHAR(16) NOT NULL, id BIGINT NOT NULL,"
     " applied_at BIGINT NOT NULL, PRIMARY KEY (source, id)) WITHOUT ROWID;"
     "CREATE INDEX changes_applied_time ON changes_applied (source, applied_at);"
     "CREATE TABLE changes_source (source VARCHAR(16) PRIMARY KEY, settled_before BIGINT NOT NULL,"
     " told_at BIGINT NOT NULL, forget_before BIGINT NOT NULL)"},
};
const struct migration_list changes_migrations = {steps, COUNT(steps)};

struct changes *changes_create(void)
{
    struct changes *changes = calloc(1, sizeof(*changes));

    if (!changes)
        abort();
    return changes;
}

void changes_destroy(struct changes *changes)
{
    free(changes);
}

static void add(struct changes *changes, struct subscriber one)
{
    if (changes->count == SUBSCRIBERS_MAX)
        abort();
    changes->at[changes->count++] = one;
}

void changes_follow(struct changes *changes, const struct codec_type *type, changes_follower *fn,
                    void *self)
{
    add(changes, (struct subscriber){.type = type, .follow = fn, .self = self});
}

void changes_watch(struct changes *changes, const struct codec_type *type, changes_watcher *fn,
                   void *self)
{
    add(changes, (struct subscriber){.type = type, .watch = fn, .self = self});
}

void changes_forward(struct changes *changes, const struct codec_type *type, unsigned ops,
                     struct courier *courier)
{
    add(changes, (struct subscriber){.type = type, .courier = courier, .ops = ops});
}

/* ---- after the commit ---- */

struct committed {
    const struct changes *changes;
    struct change change;
};

static void tell_watchers(void *arg)
{
    const struct committed *done = arg;

    for (size_t i = 0; i < done->changes->count; i++) {
        const struct subscriber *s = &done->changes->at[i];

        if (s->watch && s->type == done->change.type)
            s->watch(s->self, &done->change);
    }
}

/* ---- inside the transaction ---- */

/* Encoded once, whoever it goes to. *later: it comes back to this service. */
static struct err *forward(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                           const struct change *change, bool *later)
{
    struct fact fact = {.op = (int32_t)change->op};

    for (size_t i = 0; i < changes->count; i++) {
        const struct subscriber *s = &changes->at[i];

        if (!s->courier || s->type != change->type || !(s->ops & CHANGE_BIT(change->op)))
            continue;
        if (!fact.created_at) {
            fact.created_at = clock_wall_ms();
            fact.type = str_of(change->type->name);
            fact.row = codec_encode(c, change->type, change->row);
        }
        TRY(courier_take(s->courier, tx, c, &fact));
        *later |= courier_goes_home(s->courier);
    }
    return NULL;
}

struct err *changes_emit(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                         const struct change *change)
{
    struct committed *done = arena_new(c->arena, struct committed);
    bool later = false;

    *done = (struct committed){changes, *change};
    sql_on_commit(tx, c, tell_watchers, done);
    TRY(forward(changes, tx, c, change, &later));
    return later ? NULL : changes_run(changes, tx, c, (struct change_list){change, 1});
}

struct err *changes_run(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                        struct change_list list)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct subscriber *s = &changes->at[i];

        if (s->follow && s->type == list.at[0].type)
            TRY(s->follow(s->self, tx, c, list));
    }
    return NULL;
}

bool changes_are_heard(const struct changes *changes, const struct codec_type *type)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->at[i].type == type)
            return true;
    return false;
}

const struct codec_type *changes_followed(const struct changes *changes, struct str name)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct subscriber *s = &changes->at[i];

        if (s->follow && str_eq(str_of(s->type->name), name))
            return s->type;
    }
    return NULL;
}

/* ---- with what follows from it ---- */

static void settle(struct changes *changes, struct ctx *c)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->at[i].courier)
            courier_settle(changes->at[i].courier, c);
}

struct err *changes_write(struct changes *changes, struct sql *db, struct ctx *c, sql_work *work,
                          void *arg)
{
    bool outermost = !c->tx;

    TRY(sql_write(db, c, work, arg));
    if (outermost)
        settle(changes, c);
    return NULL;
}
