/* The two notes in a backup: what it is, first, and what it held, last. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCHIVE_NOTE_H
#define ARCHIVE_NOTE_H

#include "err.h"

enum { ARCHIVE_NOTE_FORMAT = 1, ARCHIVE_NOTE_MAX_BYTES = 4096 };

/* A backup is a pax archive: ARCHIVE_NOTE_FIRST, files, ARCHIVE_NOTE_LAST. */
#define ARCHIVE_NOTE_FIRST "duan-backup"
#define ARCHIVE_NOTE_LAST "duan-backup-end"

/* Lines of "name: value"; a name that is not known is passed over. Pure functions. */
struct archive_note_first {
    int64_t format;
    struct str program;                    /* the version that made it */
    int64_t created;                       /* Unix seconds */
    int64_t users, videos, database_bytes; /* what to expect */
};

struct archive_note_last {
    int64_t files, bytes; /* between the two notes */
    struct str sha256;    /* of names, sizes and contents, in hex */
};

struct str archive_note_write_first(struct arena *a, const struct archive_note_first *note);
struct str archive_note_write_last(struct arena *a, const struct archive_note_last *note);

/* ERR_INVALID: it is not such a note, or of a format that is newer than this program. */
MUST_USE struct err *archive_note_read_first(struct ctx *c, struct str text,
                                             struct archive_note_first *out);
MUST_USE struct err *archive_note_read_last(struct ctx *c, struct str text,
                                            struct archive_note_last *out);

/* Whether a file of this name belongs into a data folder: the database, the key, the settings, and
 * objects under keys that this program makes. */
bool archive_note_allows(struct str name);

#endif
