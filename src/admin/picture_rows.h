/* Pictures that accounts show, a page of accounts at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PICTURE_ROWS_H
#define PICTURE_ROWS_H

#include "sql.h"

struct picture_row {
    int64_t user;
    struct str key; /* of the blob store */
};

/* A zeroed page is before the first one. */
struct picture_page {
    struct picture_row *rows; /* pictures that ship with the program are left out */
    size_t count;
    bool more; /* false: there are no more accounts */
    int64_t last;
};

/* The next page, in the order of ids. */
MUST_USE struct err *picture_rows_next(struct sql *db, struct ctx *c, struct picture_page *page);

/* Does the account still show it? */
MUST_USE struct err *picture_rows_shows(struct sql *db, struct ctx *c,
                                        const struct picture_row *row, bool *shows);

#endif
