/* Facts: what changed in a table, told to whoever follows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHANGES_H
#define CHANGES_H

#include "sql.h"

struct codec_type;
struct courier;

/*
 * A service emits the rows it writes, as the messages its .proto declares for them; others react to
 * facts, never to calls. Who follows in this process does so in the writer's transaction; who is
 * elsewhere gets them from a courier (docs/decisions/facts.md). Subscriptions are made at start-up,
 * before the first change; afterwards it is immutable and any thread may emit.
 */
struct changes;

enum change_op { CHANGE_INSERT, CHANGE_UPDATE, CHANGE_DELETE };

struct change {
    const struct codec_type *type; /* of the row: &favorite_mark_type */
    enum change_op op;
    const void *row; /* as it is now; of a DELETE: as it was. In the request's arena */
};

struct change_list {
    const struct change *at;
    size_t count;
};

struct changes *changes_create(void);
void changes_destroy(struct changes *changes); /* NULL is fine */

/*
 * Inside a transaction: counters. In the writer's own one, with the one change that was made, a
 * failure undoes it; changes from elsewhere come several at a time, all of the type that is
 * followed.
 */
typedef struct err *changes_follower(void *self, struct sql_tx *tx, struct ctx *c,
                                     struct change_list list);
void changes_follow(struct changes *changes, const struct codec_type *type, changes_follower *fn,
                    void *self);

/* On the writer's thread when it has been committed, in order, before the answer: caches. */
typedef void changes_watcher(void *self, const struct change *change);
void changes_watch(struct changes *changes, const struct codec_type *type, changes_watcher *fn,
                   void *self);

/*
 * Somebody follows these changes of this type at the courier's destination. What a service sends to
 * itself is followed later, in a transaction of its own. Borrows the courier.
 */
void changes_forward(struct changes *changes, const struct codec_type *type, unsigned ops,
                     struct courier *courier);
#define CHANGE_BIT(op) (1u << (op)) /* ops is made of these */

/* Tells everybody. `change->row` must live as long as the request. */
MUST_USE struct err *changes_emit(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                                  const struct change *change);

/* Does anybody follow, watch or get changes of this type? */
bool changes_are_heard(const struct changes *changes, const struct codec_type *type);

/* Lets those who follow it here react to what was emitted elsewhere; all of one type. */
MUST_USE struct err *changes_run(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                                 struct change_list list);

/* A type that somebody follows here, by its name; NULL: nobody does. */
const struct codec_type *changes_followed(const struct changes *changes, struct str name);

/*
 * Runs work as sql_write() does, and waits until what it told others was tried there, so that who
 * is answered then reads what he has changed; a short while at most. Inside a transaction nobody
 * waits.
 */
MUST_USE struct err *changes_write(struct changes *changes, struct sql *db, struct ctx *c,
                                   sql_work *work, void *arg);

/* The tables behind couriers and inboxes. */
struct migration_list;
extern const struct migration_list changes_migrations;

#endif
