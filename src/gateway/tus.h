/* tus 1.0, the resumable upload protocol: its headers, and how it tells failures. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUS_H
#define TUS_H

#include "gateway_parts.h"

/* The HTTP status of a failure on one of its routes, which other clients than ours understand; 0:
 * no such route, or nothing of its own. */
int tus_status(const struct http_route *route, const struct err *e);

/* PRECONDITION, reason tus_version: the client speaks another. */
MUST_USE struct err *tus_check_version(struct ctx *c, const struct http_req *req);

/* A header that must be there and be a number from 0 on. */
MUST_USE struct err *tus_number(struct ctx *c, const struct http_req *req, enum http_header header,
                                const char *name, int64_t *out);

/* The id in the path. NOT_FOUND, reason upload_not_found: none that we make. */
MUST_USE struct err *tus_path_id(struct ctx *c, const struct http_req *req, int64_t *out);

/* What is no text of one line: ERR_INVALID. Too much of it: reason too_large. */
MUST_USE struct err *tus_metadata(struct ctx *c, const struct http_req *req, struct str *out);

struct str tus_name(struct arena *a, int64_t id); /* sixteen hex digits */

/* Headers of all replies, and of an upload: where it stands, and until when. */
void tus_reply(struct http_reply *reply, int status);
void tus_tell(struct ctx *c, const struct video_upload *upload, struct http_reply *reply);

#endif
