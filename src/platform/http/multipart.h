/* multipart/form-data (RFC 7578), parsed as it arrives. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MULTIPART_H
#define MULTIPART_H

#include "err.h"

enum {
    MULTIPART_BOUNDARY_MAX = 70, /* RFC 2046, section 5.1.1 */
    MULTIPART_HEADERS_MAX = 4096 /* of one part */
};

/* Who gets the parts. A failure ends the parsing and is passed on. */
struct multipart_sink {
    void *self;
    /* `filename` is only told apart from a text field by `is_file`; it is never a path to use. */
    struct err *(*begin)(void *self, struct ctx *c, struct str name, bool is_file);
    struct err *(*data)(void *self, struct ctx *c, struct str bytes);
    struct err *(*end)(void *self, struct ctx *c);
};

/* One body. Lives in the request's arena; used by one thread. */
struct multipart;

/* NULL: the content type is not multipart/form-data with a usable boundary. */
struct multipart *multipart_create(struct ctx *c, struct str content_type,
                                   const struct multipart_sink *sink);

/* The next bytes, in any sizes. ERR_INVALID: malformed. */
MUST_USE struct err *multipart_feed(struct multipart *m, struct ctx *c, struct str bytes);

/* At the end of the body; ERR_INVALID: it broke off. */
MUST_USE struct err *multipart_finish(struct multipart *m, struct ctx *c);

#endif
