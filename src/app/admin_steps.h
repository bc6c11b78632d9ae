/* The steps of a database's tables, as an operator sees them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_STEPS_H
#define ADMIN_STEPS_H

#include "migrate.h"
#include "text_table.h"

/* ERR_PRECONDITION: there is one that this program does not know. */
MUST_USE struct err *admin_steps_known(struct ctx *c, const struct migration_steps *steps);

/* The same, or one that this program has is missing. */
MUST_USE struct err *admin_steps_check(struct ctx *c, const struct migration_steps *steps);

/* A table for the steps of one database, or of one for each service. */
void admin_steps_begin(struct text_table *table, struct arena *a, bool is_cluster);

/* True: all are as they should be. `service` NULL: there is one database. */
bool admin_steps_list(struct text_table *table, const char *service,
                      const struct migration_steps *steps);

#endif
