/* The exporter: makes copies of what people have here, and takes them away again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTER_H
#define EXPORTER_H

#include "account_deps.h"
#include "err.h"

/*
 * Consumes the topic of accounts a copy of which was asked for. It is a zip file of JSON, one
 * object in the store; videos are in it as addresses. It ends with the bus, or with
 * exporter_stop(), when its jobs came from elsewhere.
 */
struct exporter;

MUST_USE struct err *exporter_start(struct ctx *c, const struct account_deps *deps,
                                    int64_t lease_ms, struct exporter **out);
void exporter_stop(struct exporter *x); /* NULL is fine, as below */
void exporter_destroy(struct exporter *x);

#endif
