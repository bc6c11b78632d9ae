/* The eraser: removes everything of accounts that were closed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ERASER_H
#define ERASER_H

#include "account_deps.h"
#include "err.h"

/*
 * Consumes the topic of accounts that were closed. One that was opened again stays; one whose time
 * has not come is asked about again. It ends with the bus, or with eraser_stop(), when its jobs
 * came from elsewhere.
 */
struct eraser;

MUST_USE struct err *eraser_start(struct ctx *c, const struct account_deps *deps, int64_t lease_ms,
                                  struct eraser **out);
void eraser_stop(struct eraser *e); /* NULL is fine, as below */
void eraser_destroy(struct eraser *e);

#endif
