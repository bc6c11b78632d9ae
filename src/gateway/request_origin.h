/* Where a browser's request comes from: a page of ours, or somebody else's. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REQUEST_ORIGIN_H
#define REQUEST_ORIGIN_H

#include "http.h"

/*
 * A browser sends its cookie by itself, so a cookie alone does not say that somebody wants what is
 * asked. Sec-Fetch-Site tells (Fetch Metadata); without it Origin does, and for a GET, which sends
 * no Origin to its own site, Referer. What says nothing of the kind is not from a page of ours.
 */
bool request_origin_is_own(const struct http_req *req);

/* It says that it comes from another site. What says nothing may be any program. */
bool request_origin_is_foreign(const struct http_req *req);

#endif
