/* Strict HTTP/1.1 framing on top of libmicrohttpd 0.9.75, which accepts too much. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MHD_GUARD_H
#define MHD_GUARD_H

#include <microhttpd.h>

#include "http.h"

/*
 * That version parses the header block in place: names and values point into the received bytes,
 * with NULs where ':' and line ends were. A well-formed block is therefore one unbroken chain:
 *   target SP version CR LF (name ':' blanks value CR LF)* CR LF
 * A folded line, a bare LF, a NUL or a blank before the colon breaks the chain, and what breaks it
 * is refused. A library that parses differently makes the tests fail, never the guard.
 */
struct mhd_head {
    unsigned refused; /* 0: go on; otherwise the status to answer before closing */
    bool chunked;   /* the reply must carry "Connection: close": the library takes bare LF there */
    int64_t length; /* Content-Length; -1: none */
    struct str content_type;
    struct str known[HTTP_HEADERS];
};

/* For the URI callback: where the target ends, or NULL if it holds a blank. */
const char *mhd_guard_uri(const char *uri);

/* Call it in the first handler call of a request, with what that was given. Values stay the
 * library's until its end. */
void mhd_guard_check(struct MHD_Connection *conn, const char *method, const char *uri_end,
                     const char *version, struct mhd_head *out);

/* All values of a header, joined by commas in the order they came; after the check alone. */
struct str mhd_guard_join(struct MHD_Connection *conn, struct arena *a, struct str name);

#endif
