/* The jobs of the bus, as an operator sees them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOB_LIST_H
#define JOB_LIST_H

#include "admin.h"

/* Prints waiting, running and dead jobs, or the dead alone. */
MUST_USE struct err *job_list_show(const struct admin *a, struct ctx *c, bool dead);

/* Makes a dead or waiting job due now, and says so. ERR_NOT_FOUND, ERR_PRECONDITION: it runs. */
MUST_USE struct err *job_list_retry(const struct admin *a, struct ctx *c, int64_t id);

#endif
