/* What a process is: everything, or some roles of a cluster. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROLES_H
#define ROLES_H

#include "err.h"

/* Services first: those are served to others, and found by them under their names. */
enum role {
    ROLE_USER,
    ROLE_VIDEO,
    ROLE_FAVORITE,
    ROLE_COMMENT,
    ROLE_RELATION,
    ROLE_MESSAGE,
    ROLE_GATEWAY,
    ROLE_TRANSCODER,
    ROLES,
    ROLE_SERVICES = ROLE_GATEWAY,
};

extern const char *const role_names[ROLES];

/* Plain data. */
struct roles {
    bool embedded; /* all of them, in one process on one database */
    unsigned set;  /* 1 << role */
};

/* "all", or names separated by commas. ERR_INVALID: one that is none, or none at all. */
MUST_USE struct err *roles_parse(struct ctx *c, struct str text, struct roles *out);

static inline bool roles_have(struct roles roles, enum role role)
{
    return roles.embedded || (roles.set >> role & 1);
}

/* Does any service run here, so that others call this process? */
static inline bool roles_serve(struct roles roles)
{
    return !roles.embedded && roles.set & ((1u << ROLE_SERVICES) - 1);
}

#endif
