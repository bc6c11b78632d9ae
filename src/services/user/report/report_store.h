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

MUST_USE struct err *report_store_list(struct sql_tx *tx, struct ctx *c,
                                       const struct report_list_req *req,
                                       struct report_item_list *out);

MUST_USE struct err *report_store_list_by(struct sql_tx *tx, struct ctx *c,
                                          const struct report_list_by_req *req,
                                          struct report_item_list *out);

/* *found is false when there is no such report. */
MUST_USE struct err *report_store_get(struct sql_tx *tx, struct ctx *c, int64_t id,
                                      struct report_item *out, bool *found);
MUST_USE struct err *report_store_count_of(struct sql_tx *tx, struct ctx *c, enum report_kind kind,
                                           int64_t target, int64_t *out);

/* Of all reports of a thing. */
MUST_USE struct err *report_store_set_state(struct sql_tx *tx, struct ctx *c,
                                            const struct report_item *of, enum report_state state);

/* Those that a user made; then those that were made of him. */
MUST_USE struct err *report_store_forget(struct sql_tx *tx, struct ctx *c, int64_t user);
MUST_USE struct err *report_store_forget_of(struct sql_tx *tx, struct ctx *c, int64_t user);

MUST_USE struct err *report_store_add_act(struct sql_tx *tx, struct ctx *c,
                                          const struct report_act *act);
MUST_USE struct err *report_store_acts(struct sql_tx *tx, struct ctx *c, int64_t report,
                                       int64_t limit, struct report_act_list *out);

#endif
