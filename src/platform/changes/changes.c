/* Changes: two short lists of subscribers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "changes.h"

#include <stdlib.h>

enum { SUBSCRIBERS_MAX = 32 };

struct subscriber {
    const struct codec_type *type;
    changes_follower *follow; /* one of the two */
    changes_watcher *watch;
    void *self;
};

struct changes {
    struct subscriber at[SUBSCRIBERS_MAX];
    size_t count;
};

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

struct err *changes_emit(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                         const struct change *change)
{
    struct committed *done = arena_new(c->arena, struct committed);

    *done = (struct committed){changes, *change};
    sql_on_commit(tx, c, tell_watchers, done);
    for (size_t i = 0; i < changes->count; i++) {
        const struct subscriber *s = &changes->at[i];

        if (s->follow && s->type == change->type)
            TRY(s->follow(s->self, tx, c, change));
    }
    return NULL;
}
