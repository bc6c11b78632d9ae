/* The doctor: finds what is wrong in a data folder, and repairs what can be. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "admin.h"

struct doctor_order {
    bool repair;
    int64_t disk_reserve; /* setting media.disk_reserve */
    bool own_secret;      /* setting auth.token_secret: token.key is not used */
    /* Opens the database and all else of `admin`; fails when that cannot be. */
    struct err *(*open)(void *self, struct ctx *c);
    void *self; /* of open */
};

/*
 * Prints a line for each finding and one that sums them up; *left: those that stay. Beside a server
 * it calls nothing left over that may still be in use. Repairing writes in small transactions, and
 * needs that nobody makes a backup meanwhile (ERR_PRECONDITION).
 */
MUST_USE struct err *doctor_examine(const struct admin *a, struct ctx *c,
                                    const struct doctor_order *order, int64_t *left);

#endif
