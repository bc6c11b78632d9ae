/* Ctrl-C during long work: it ends well, and leaves nothing half done. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include "err.h"

/* From now on SIGINT, SIGTERM and SIGHUP wait to be looked at, and SIGPIPE is a failed write.
 * Before the first thread is made: threads inherit it. */
void interrupts_hold(void);

/* ERR_CANCELLED: one has come since. */
MUST_USE struct err *interrupts_check(struct ctx *c);

#endif
