/* Writing a backup: one pax archive, to a file that appears when it is whole, or to stdout. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCHIVE_OUT_H
#define ARCHIVE_OUT_H

#include "archive_note.h"

struct archive_out;

/* `file` "-" is stdout. ERR_EXISTS: there is such a file. ERR_PRECONDITION: somebody else writes
 * it, or stdout is a terminal. */
MUST_USE struct err *archive_out_open(struct ctx *c, struct str file, struct archive_out **out);

/* Syncs it, and lets it appear under its name. Afterwards only archive_out_close(). */
MUST_USE struct err *archive_out_finish(struct archive_out *o, struct ctx *c);

/* Takes away what was not finished. NULL is fine. */
void archive_out_close(struct archive_out *o);

/* One of the two notes: not summed. */
MUST_USE struct err *archive_out_note(struct archive_out *o, struct ctx *c, const char *name,
                                      struct str text);

/* A file, from where it stands; *found is false when it is not there. */
MUST_USE struct err *archive_out_file(struct archive_out *o, struct ctx *c, struct str name,
                                      const char *path, bool *found);

/* What was put in so far, for the last note. */
struct archive_note_last archive_out_sum(struct archive_out *o, struct arena *a);

#endif
