/* Reading a backup: every byte of it is checked before anything of it is used. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCHIVE_IN_H
#define ARCHIVE_IN_H

#include "archive_note.h"

/*
 * Unpacks `file` ("-" is stdin) into the folder open at `folder`, which is empty. Only names that
 * a backup has, only files, each once and of the size it states; both notes must be there, and
 * counts, bytes and sum of the last one must be what was read. ERR_INVALID: it is no backup, or
 * a damaged one; the folder holds what was written until then.
 */
MUST_USE struct err *archive_in_unpack(struct ctx *c, struct str file, int folder,
                                       struct archive_note_first *out);

#endif
