/* What the files of the user service share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_PARTS_H
#define USER_PARTS_H

#include "changes.h"
#include "sql.h"
#include "user_api.h"

struct user {
    struct user_api base; /* first */
    struct sql *db;       /* borrowed, as is changes */
    struct changes *changes;
};

static inline struct user *user_of(struct user_api *base)
{
    return (struct user *)base;
}

#endif
