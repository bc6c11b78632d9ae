/* Inspections: a spooled file, a scratch folder, and jobs of the media worker on both. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSPECTION_H
#define INSPECTION_H

#include "gateway_parts.h"
#include "media.h"

/*
 * One file that is looked at. Belongs to the request, whose thread alone may touch it. The scratch
 * folder holds what jobs make; its name tells the next start whose it was, should this one end
 * before it is closed.
 */
struct inspection {
    struct gateway *g;                /* borrowed */
    const struct http_upload *upload; /* borrowed */
    int input, output;                /* -1: not open */
    struct str scratch;               /* empty: none, or one that is to stay */
};

struct inspection inspection_of(struct gateway *g, const struct http_upload *upload);

/* Makes the scratch folder and opens both. To be closed whatever this returns. */
MUST_USE struct err *inspection_open(struct inspection *i, struct ctx *c, struct str scratch);

/* Closes, and removes the scratch folder. */
void inspection_close(struct inspection *i);

struct inspection_limits {
    int cpu_seconds;
    int file_mb; /* the largest file that is made */
};

/* Runs one job (media.h names them). Blocks: worker threads only. */
void inspection_run(const struct inspection *i, const char *job, struct inspection_limits limits,
                    struct media_outcome *out);

/* Of a job that did not end well, and not because of the file: what its author is told.
 * `what` for the log: "a picture could not be looked at". */
MUST_USE struct err *inspection_failure(const struct inspection *i, struct ctx *c, const char *what,
                                        const struct media_outcome *o);

#endif
