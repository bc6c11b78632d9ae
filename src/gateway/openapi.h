/* The OpenAPI 3.1 document of the public API, made from the route table. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPENAPI_H
#define OPENAPI_H

#include "ctx.h"

struct http_route;

/*
 * JSON: api_schemas.json, and a path for every route that is described (route_docs.h). What a row
 * says itself (method, path, who may call it, which file it takes) comes from the row.
 */
struct str openapi_write(struct ctx *c, const struct http_route *routes, size_t count);

#endif
