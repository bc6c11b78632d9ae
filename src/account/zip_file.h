/* A zip file that is written from front to end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZIP_FILE_H
#define ZIP_FILE_H

#include "err.h"

/* One thread uses it. What fails is told at the end. */
struct zip_file;

static const int64_t ZIP_BYTES_MAX = INT64_C(1) << 30; /* of all that is added */

MUST_USE struct err *zip_file_create(struct ctx *c, struct str path, struct zip_file **out);
void zip_file_close(struct zip_file *z); /* NULL is fine; what was not finished is no zip file */

/* The next member; what is added then belongs to it. */
void zip_file_begin(struct zip_file *z, const char *name);
void zip_file_add(struct zip_file *z, struct str bytes);

/* Is it of no use to go on? */
bool zip_file_is_full(const struct zip_file *z);

/* Writes the directory of its members; *size: of the whole file. ERR_PRECONDITION: it is full. */
MUST_USE struct err *zip_file_finish(struct zip_file *z, struct ctx *c, int64_t *size);

#endif
