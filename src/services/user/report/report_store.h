/* The table of reports. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_STORE_H
#define REPORT_STORE_H

#include "report_api.h"
#include "sql.h"

/* Idempotent; *changed: it was not there. */
MUST_USE struct err *report_store_add(struct sql_tx *tx, struct ctx *c,
                                      const struct report_item *item, bool *changed);

/* How many a reporter has made since then. */
MUST_USE struct err *report_store_count_since(struct sql_tx *tx, struct ctx *c, int64_t reporter,
                                              int64_t since, int64_t *out);

#endif
