/* The edge: the gateway and the server in front of it, as the settings want them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EDGE_H
#define EDGE_H

#include "duan.h"

/* What the gateway stands on is in d already. */
MUST_USE struct err *edge_create_gateway(struct duan *d, struct ctx *c);

/*
 * Serves. Embedded, reads run on the socket's thread and short writes as jobs of the one writer;
 * with stubs behind it everything can wait for somebody, so all runs on workers.
 */
MUST_USE struct err *edge_open(struct duan *d, struct ctx *c);

/* Answers what is under way. True: nothing was cut off. */
bool edge_drain(struct duan *d);

/* Nobody is answered any more. */
void edge_close(struct duan *d);

#endif
