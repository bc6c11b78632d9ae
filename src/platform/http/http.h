/* An HTTP/1.1 server: requests, replies, routes. Free of the library underneath. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_H
#define HTTP_H

#include "executor.h"
#include "http_reply.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_METHODS };

/* "GET" and so on, by enum http_method. */
extern const char *const http_method_names[HTTP_METHODS];

/* Headers that handlers may ask for; all others are checked for form and dropped. */
enum http_header {
    HTTP_ACCEPT_ENCODING,
    HTTP_AUTHORIZATION,
    HTTP_CONTENT_TYPE,
    HTTP_COOKIE,
    HTTP_HOST,
    HTTP_IF_NONE_MATCH,
    HTTP_IF_RANGE,
    HTTP_LAST_EVENT_ID,
    HTTP_ORIGIN,
    HTTP_RANGE,
    HTTP_REFERER,
    HTTP_SEC_FETCH_SITE,
    HTTP_TRACEPARENT,
    HTTP_REQUEST_ID,
    HTTP_TUS_RESUMABLE, /* and the next four: uploads in pieces, tus 1.0 */
    HTTP_UPLOAD_CHECKSUM,
    HTTP_UPLOAD_LENGTH,
    HTTP_UPLOAD_METADATA,
    HTTP_UPLOAD_OFFSET,
    HTTP_USER_AGENT,
    HTTP_HEADERS,
};

struct http_param {
    struct str name, value;
};

struct http_params {
    struct http_param *at;
    size_t count;
};

/* A file that came as a multipart field, or as the whole body: on disk under a generated name,
 * removed with the request unless somebody took it away. */
struct http_upload {
    struct str path; /* NUL-terminated */
    int64_t size;
};

/* A parsed request. Everything it points to lives as long as the request. Read-only to handlers. */
struct http_req {
    enum http_method method; /* of HEAD as well: HTTP_GET */
    bool head;               /* it is HEAD: the body that a handler gives is not sent */
    struct str path;         /* decoded, without the query */
    struct str rest;         /* of a route with a '*': what stands in its place */
    struct http_params query, body;
    struct err *no_object;            /* the body calls itself JSON, and this is wrong with it */
    const struct http_upload *upload; /* NULL: none came */
    struct str headers[HTTP_HEADERS];
    struct str peer;  /* the client's address as text, without its port */
    struct str block; /* whom limits count: the address, or the /64 that an IPv6 one is in */
    bool https;       /* the client spoke TLS to a trusted proxy */
    bool moved;       /* this is the second run, after http_reply.move_to */
    void *admission;  /* what admit() left open, for the handler and confirm() */
};

typedef struct err *http_handler(void *self, struct ctx *c, const struct http_req *req,
                                 struct http_reply *reply);

/* One row of the route table. Both forms of a path match, with and without its last slash. */
struct http_route {
    enum http_method method;
    struct str path; /* one that ends in "*" matches everything below; elsewhere "*" is one name */
    enum http_where where;
    int access; /* the application's own, for admit() */
    /* The multipart field that holds a file, HTTP_WHOLE_BODY, or HTTP_SMALL_BODY; NULL: no file is
     * taken, and the body is bounded to HTTP_FORM_MAX. */
    const char *upload;
    http_handler *handle;
};

/* The body is the file, whatever its type; a small one is bounded to HTTP_FILE_MAX. */
#define HTTP_WHOLE_BODY "/"
#define HTTP_SMALL_BODY "/small"

/* Is a file of this route the whole body? Nothing stands before or behind it then. */
static inline bool http_route_whole(const struct http_route *route)
{
    return route->upload && *route->upload == '/';
}

/* What the server reports of each request, once, when it is over. */
struct http_done {
    const struct http_route *route; /* NULL: none matched */
    enum http_method method;
    struct str path, peer, user_agent;
    int status;          /* 0: the client went away */
    int64_t duration_ns; /* from the request line to the last byte sent */
    int64_t bytes_in, bytes_out;
    bool lasted; /* a reply without a length: its duration says nothing */
};

/* The application behind the server. All functions may be called from several threads at once. */
struct http_app {
    void *self;
    const struct http_route *routes;
    size_t route_count;
    /* Before the handler: who is it, may he? On the socket's thread, or, where that may block
     * (http_options.executors), on the handler's. */
    struct err *(*admit)(void *self, struct ctx *c, const struct http_route *route,
                         struct http_req *req);
    /* Where that may block, behind the handler and before anything goes out: what admit() left open
     * is decided now. `e`: how the handler ended. NULL: admit() leaves nothing open. */
    struct err *(*confirm)(void *self, struct ctx *c, const struct http_req *req, struct err *e);
    /* For routes that take a file, on the socket's thread or on a worker: shall it come? Asked with
     * the head alone, of the length it states; then, while the file is kept, with the fields before
     * it: of its first bytes, and every HTTP_ASK_BYTES. A refusal ends the keeping. */
    struct err *(*expect)(void *self, struct ctx *c, const struct http_route *route,
                          const struct http_req *req, int64_t bytes, bool keeping);
    /* A failure as a reply. `status`: what HTTP itself asks for; 0: the application's choice.
     * `route` is NULL when none matched. */
    void (*fail)(void *self, struct ctx *c, const struct http_route *route, int status,
                 const struct err *e, struct http_reply *reply);
    /* The last touch to every reply: headers that all of them carry. */
    void (*decorate)(void *self, struct ctx *c, const struct http_req *req,
                     struct http_reply *reply);
    void (*observe)(void *self, struct ctx *c, const struct http_done *done);
};

/* Parameters: the query first, then the body. Missing and empty are the same: {NULL, 0}. */
struct str http_param(const struct http_req *req, struct str name);

/* Is it there, be it empty? */
bool http_given(const struct http_req *req, struct str name);

/* Well-formed UTF-8 without NUL; ERR_INVALID otherwise. Empty when missing. */
MUST_USE struct err *http_text(const struct http_req *req, struct ctx *c, struct str name,
                               struct str *out);

/* A whole number, also in exponent form (contract, section 1.2); `missing` when missing. */
MUST_USE struct err *http_i64(const struct http_req *req, struct ctx *c, struct str name,
                              int64_t missing, int64_t *out);

#endif
