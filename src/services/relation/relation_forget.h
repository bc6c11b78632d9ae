/* What is left of somebody whose account is removed: nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELATION_FORGET_H
#define RELATION_FORGET_H

#include "changes.h"
#include "relation_api.h"

/* FORGET_BATCH follows of either side at most; *more: they may not have been all. */
MUST_USE struct err *relation_forget_some(struct sql *db, struct changes *changes, struct ctx *c,
                                          int64_t user, bool *more);

#endif
