/* Reports: a part of the user service, with an API and tables of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_H
#define REPORT_H

#include "migrate.h"
#include "report_api.h"

struct changes;

/*
 * Borrows both, which must outlive it. Destroy with report_destroy(); NULL is fine.
 * Any thread may call it. Emits report_item. Whether what is reported exists is the caller's to
 * know.
 */
struct report_api *report_create(struct sql *db, struct changes *changes);
void report_destroy(struct report_api *self);

/* What can be wrong with something; the last one is {0}. */
extern const struct str report_reasons[];

extern const struct migration_list report_migrations;

#endif
