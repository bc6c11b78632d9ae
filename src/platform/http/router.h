/* From a request line to a row of the route table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROUTER_H
#define ROUTER_H

#include "http.h"

/* "/path?query" of a target, also when it came in absolute form ("http://host/path"). */
struct str router_target_path(struct str target);

/* Sets req->method and req->head. False: a method that nothing here knows. */
bool router_method(const char *method, struct http_req *req);

/*
 * The row for req->method and req->path, or NULL. Sets req->rest. *allowed: the methods that the
 * path is known with, a bit for each; 0: it is not known at all. A star at the end stands for more
 * than one name only where no other row has the path, whichever method. A row whose path is a slash
 * and a star answers what no other row knows, and makes no path known.
 */
const struct http_route *router_find(const struct http_route *routes, size_t count,
                                     bool known_method, struct http_req *req, unsigned *allowed);

/* Those as a list for the header Allow. */
const char *router_allow(struct arena *a, unsigned allowed);

/* The client's own id when it is harmless (1 to 64 of letters, digits, "._-"), or a new one. */
struct str router_request_id(struct arena *a, struct str given);

#endif
