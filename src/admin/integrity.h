/* Is the database file itself whole? */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTEGRITY_H
#define INTEGRITY_H

#include "sql.h"

/* ERR_INVALID: it is damaged. Reads all of it once, but compares no indexes with their tables. */
MUST_USE struct err *integrity_quick(struct sql *db, struct ctx *c);

#endif
