/* The bytes of an upload that comes in pieces: checked, kept, and put together. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUS_FILE_H
#define TUS_FILE_H

#include "gateway_parts.h"

/* "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", of the file; none is fine. INVALID, reason
 * checksum_mismatch; INVALID: no algorithm of ours. */
MUST_USE struct err *tus_file_check(struct ctx *c, struct str checksum,
                                    const struct http_upload *file);

/* Keeps a piece, durably, under a name of its own, and forgets it. */
MUST_USE struct err *tus_file_keep(struct gateway *g, struct ctx *c, int64_t upload,
                                   const struct http_upload *file, struct str *name);
void tus_file_forget(struct gateway *g, struct ctx *c, int64_t upload, struct str name);

/* All of it in one file, in a scratch folder that the caller removes. NOT_FOUND, reason
 * upload_not_found: a piece is gone. */
MUST_USE struct err *tus_file_join(struct gateway *g, struct ctx *c,
                                   const struct video_upload *upload, struct str *scratch,
                                   struct http_upload *out);

#endif
