/* What operators look at in a process without the gateway: /livez, /readyz, /metrics. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPS_H
#define OPS_H

#include "err.h"

struct metrics;

struct ops_options {
    struct str listen;       /* ADDRESS:PORT */
    struct metrics *metrics; /* borrowed */
    bool (*ready)(void *self);
    void *self;
};

/* Owned by app; its server has threads of its own. */
struct ops;

MUST_USE struct err *ops_open(struct ctx *c, const struct ops_options *options, struct ops **out);
void ops_close(struct ops *o); /* NULL is fine */

#endif
