/* Accounts, as an operator sees and changes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include "admin.h"

struct accounts_query {
    char **words; /* all of them occur in the name, in whatever case of ASCII letters */
    size_t word_count;
    int64_t limit;
    bool banned; /* those alone */
};

/* Prints who is there, in the order of ids. */
MUST_USE struct err *accounts_list(const struct admin *a, struct ctx *c,
                                   const struct accounts_query *q);

/*
 * Finds whom an operator means: "12" is an id, or else a name; "id:12" and "name:12" say which.
 * ERR_NOT_FOUND: nobody. ERR_INVALID: it could be either of two.
 */
MUST_USE struct err *accounts_find(const struct admin *a, struct ctx *c, struct str who,
                                   int64_t *out);

/* Bans (with a reason for the one who is banned, or "") or lets in again; says what it did. */
MUST_USE struct err *accounts_ban(const struct admin *a, struct ctx *c, struct str who,
                                  struct str reason);
MUST_USE struct err *accounts_unban(const struct admin *a, struct ctx *c, struct str who);

#endif
