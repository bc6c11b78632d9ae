/* Reports: listed, looked at, and settled. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORTS_H
#define REPORTS_H

#include "admin.h"

struct reports_order {
    struct str what;   /* "list", "show", "hide", "restore", "dismiss" */
    struct str id;     /* of a report; "" for a list */
    struct str reason; /* told to whoever made what is hidden, and kept; may be "" */
    bool all;          /* a list of those that are settled as well */
    int64_t limit;
};

/* Says what it found or did. ERR_INVALID: there is no such thing to do; ERR_NOT_FOUND: no such
 * report, or what was reported is gone. */
MUST_USE struct err *reports_do(const struct admin *a, struct ctx *c,
                                const struct reports_order *o);

#endif
