/* Files and folders, for all commands: failures of the system, and what must be on disk. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_IO_H
#define ADMIN_IO_H

#include "err.h"

/* errno as a failure: "make /srv/duan: Permission denied". A full disk is ERR_EXHAUSTED. */
struct err *admin_io_failed(struct ctx *c, const char *what, struct str path);

/* The folder that a path lies in; "." of a bare name. */
struct str admin_io_parent(struct ctx *c, struct str path);

/* What was made, renamed or removed in it survives a power cut. */
MUST_USE struct err *admin_io_sync(struct ctx *c, struct str folder);

#endif
