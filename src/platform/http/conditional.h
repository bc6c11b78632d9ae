/* Conditional requests: what a client has already (RFC 9110, section 13). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONDITIONAL_H
#define CONDITIONAL_H

#include "http.h"
#include "range.h"

/* `etag`: of what would be sent, quotes included; a strong one without a comma. Any thread. */

/* If-None-Match: the client has it. */
bool conditional_has(const struct http_req *req, struct str etag);

/* Range, as far as If-Range lets it count. `size`: of the file, in bytes. */
struct range conditional_range(const struct http_req *req, struct str etag, int64_t size);

#endif
