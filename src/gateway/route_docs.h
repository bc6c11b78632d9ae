/* What each route of the public API takes and gives, in the short form that openapi.c reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROUTE_DOCS_H
#define ROUTE_DOCS_H

#include "http.h"

/*
 * Fields are words: "id:Id title?:Title list:[Video]". A '?' may be missing, brackets are a list,
 * and the type is a name among components/schemas of api_schemas.json. NULL: none.
 * A row of none of them says .reply = "".
 */
struct route_doc {
    enum http_method method;
    struct str path;     /* the route's, as it stands in its row */
    const char *summary; /* one line */
    const char *at;      /* what stands for each '*' of the path */
    const char *query, *headers;
    const char *body;       /* fields; a file that the row takes is one more */
    const char *body_type;  /* NULL: a form; with no fields in `body`: bytes of this type */
    const char *reply;      /* fields beside status_code and status_msg */
    const char *reply_type; /* NULL: the envelope; else what has no schema */
    const char *status;     /* NULL: "200"; with another and no reply nothing comes */
};

extern const struct route_doc route_docs[];
extern const size_t route_doc_count;

/* NULL: nobody has described it. */
const struct route_doc *route_docs_find(const struct http_route *route);

#endif
