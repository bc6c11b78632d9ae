/* Facts: what changed in a table, told to whoever follows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHANGES_H
#define CHANGES_H

#include "sql.h"

struct codec_type;

/*
 * The commit stream of the embedded database. A service emits the rows it writes, as the messages
 * its .proto declares for them; others react to facts, never to calls. Subscriptions are made at
 * start-up, before the first change; afterwards it is immutable and any thread may emit.
 */
struct changes;

enum change_op { CHANGE_INSERT, CHANGE_UPDATE, CHANGE_DELETE };

struct change {
    const struct codec_type *type; /* of the row: &favorite_mark_type */
    enum change_op op;
    const void *row; /* as it is now; of a DELETE: as it was. In the request's arena */
};

struct changes *changes_create(void);
void changes_destroy(struct changes *changes); /* NULL is fine */

/* Inside the transaction that made the change: counters. A failure undoes the change. */
typedef struct err *changes_follower(void *self, struct sql_tx *tx, struct ctx *c,
                                     const struct change *change);
void changes_follow(struct changes *changes, const struct codec_type *type, changes_follower *fn,
                    void *self);

/* On the writer's thread when it has been committed, in order, before the answer: caches. */
typedef void changes_watcher(void *self, const struct change *change);
void changes_watch(struct changes *changes, const struct codec_type *type, changes_watcher *fn,
                   void *self);

/* Tells everybody. `change->row` must live as long as the request. */
MUST_USE struct err *changes_emit(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                                  const struct change *change);

#endif
