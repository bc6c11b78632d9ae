/* What the machine offers: a folder for data, cores, descriptors, the media worker. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MACHINE_H
#define MACHINE_H

#include "err.h"

struct config;
struct log;

/* Makes the folder when it is not there. ERR_UNAVAILABLE: it cannot be made or written. */
MUST_USE struct err *machine_data_folder(struct ctx *c, struct str path);

/* Logs that the last server did not end by itself, and how much of its work `log_file` holds. */
void machine_tell_kill(struct ctx *c, struct log *log, struct str log_file);

/* `wanted`, or one per core when it is 0. */
size_t machine_threads(int64_t wanted);

/*
 * As many connections as http.connections says, or as descriptors suffice for: then the log warns.
 * Raises the limit of open files as far as that needs and the machine allows.
 * ERR_PRECONDITION: there are too few to serve anybody.
 */
MUST_USE struct err *machine_connections(struct ctx *c, const struct config *f, struct log *log,
                                         size_t *out);

/* `set`, or the program beside this one when it is empty. *out is the caller's to free.
 * ERR_PRECONDITION: it is not there. */
MUST_USE struct err *machine_worker(struct ctx *c, struct str set, char **out);

/*
 * When all has started: what only that needed is given back. Most of what a process holds then is
 * pages of libraries, which were looked at once, for their names.
 */
void machine_settle(void);

#endif
