/* Facts in a cluster: which service tells which, and what it told them with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FACTS_H
#define FACTS_H

#include "changes_api.h"
#include "cluster.h"
#include "databases.h"

struct changes;

enum { FACTS_COURIERS_MAX = 16 };

/* Of one process: owned by app. Zeroed is closed. */
struct facts {
    struct changes *of[ROLE_SERVICES]; /* NULL: that service is elsewhere */
    struct changes_api *inbox[ROLE_SERVICES];
    struct changes_api *stub[ROLE_SERVICES]; /* the inbox of one that is elsewhere */
    struct courier *couriers[FACTS_COURIERS_MAX];
    struct lock *sweeping[FACTS_COURIERS_MAX]; /* of the courier at the same place */
    size_t courier_count;
    struct changes_api door; /* serves the inboxes of this process under one name */
};

/* Before services are made: they subscribe. */
void facts_create(struct facts *all, struct roles roles);

/* Afterwards: the inboxes, and couriers that go from here. Borrows the others. */
void facts_connect(struct facts *all, const struct databases *databases, struct cluster *k,
                   struct log *log);

/* From here on facts go out. */
MUST_USE struct err *facts_start(struct facts *all, struct ctx *c);

/* No courier is on its way any more; then, when nobody calls services, the rest goes. */
void facts_stop(struct facts *all);
void facts_destroy(struct facts *all);

#endif
