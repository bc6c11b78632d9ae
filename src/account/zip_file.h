/* A zip file that is written from front to end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZIP_FILE_H
#define ZIP_FILE_H

#include "err.h"

/*
 * Members are stored as they are (APPNOTE 6.3.10, without Zip64): what unpacks zip files unpacks
 * these. One thread uses it. What fails is told at the end.
 */
struct zip_file;

enum { ZIP_MEMBERS_MAX = 32 };
static const int64_t ZIP_BYTES_MAX = INT64_C(1) << 30; /* of all; more is ERR_PRECONDITION */

MUST_USE struct err *zip_file_create(struct ctx *c, struct str path, struct zip_file **out);
void zip_file_close(struct zip_file *z); /* NULL is fine; the file stays as it is */

/* The next member; `name` is a literal. What is added then belongs to it. */
void zip_file_begin(struct zip_file *z, const char *name);
void zip_file_add(struct zip_file *z, struct str bytes);

/* Is it of no use to go on? */
bool zip_file_is_full(const struct zip_file *z);

/* Writes the directory of its members; *size: of the whole file. */
MUST_USE struct err *zip_file_finish(struct zip_file *z, struct ctx *c, int64_t *size);

#endif
