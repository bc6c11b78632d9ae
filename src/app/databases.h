/* A database for each service of a process: each holds the tables of that service alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DATABASES_H
#define DATABASES_H

#include "migrate.h"
#include "roles.h"

struct config;

/* Owned by app. A service that is not here has none. */
struct databases {
    struct sql *of[ROLE_SERVICES];
};

/* Opens those of the roles and brings their tables up to this program. */
MUST_USE struct err *databases_open(struct databases *all, struct ctx *c, const struct config *f,
                                    struct roles roles);
void databases_close(struct databases *all);

/* ---- for an operator, who looks before he changes anything ---- */

/* Opens those of the roles as they are. */
MUST_USE struct err *databases_connect(struct databases *all, struct ctx *c, const struct config *f,
                                       struct roles roles);

/* Brings the tables of one that is open up to this program; or tells how they stand. */
MUST_USE struct err *databases_migrate(struct databases *all, struct ctx *c, enum role role);
MUST_USE struct err *databases_steps(struct databases *all, struct ctx *c, enum role role,
                                     struct migration_steps *out);

#endif
