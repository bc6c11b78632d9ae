/* Rate, errors and duration of every route, and a line in the log for each request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REQUEST_METRICS_H
#define REQUEST_METRICS_H

#include "gateway_parts.h"

struct request_metrics;

/* One set of series per row of the route table, made at start-up. Borrows g. */
struct request_metrics *request_metrics_create(struct gateway *g);
void request_metrics_destroy(struct request_metrics *m); /* NULL is fine */

/* For struct http_app: what was asked, how it ended, how long it took. */
void request_metrics_observe(void *gateway, struct ctx *c, const struct http_done *done);

#endif
