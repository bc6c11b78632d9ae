/* The body of a request as it arrives: form fields into memory, files to the spool. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REQUEST_BODY_H
#define REQUEST_BODY_H

#include "http.h"

struct multipart;

struct request_body_limits {
    struct str spool_dir;
    int64_t max;        /* bytes in all */
    const char *upload; /* struct http_route.upload; files in other fields are dropped */
    /* Asked with its first bytes, and every HTTP_ASK_BYTES: shall it be kept? Who cannot say at
     * once says request_body_refuse() later. */
    struct err *(*expect)(void *self, const struct http_params *before, int64_t bytes);
    void *self;
};

/* Lives in its request; used by the socket's thread, then by the handler's. */
struct request_body {
    struct request_body_limits limits;
    enum { BODY_IGNORED, BODY_FORM, BODY_JSON, BODY_MULTIPART, BODY_FILE } kind;
    struct multipart *multipart;
    struct str field; /* name of the part under way */
    struct {          /* the text that is being gathered */
        char *at;
        size_t len, room;
    } text;
    int file;     /* of the part under way; -1: it is a text field */
    bool dropped; /* the part under way is a file that nobody wants */
    struct http_params params;
    struct http_upload upload;
    bool has_upload;
    int64_t received;
    int64_t ask_at;     /* bytes of the file at which it is asked again whether it is wanted */
    struct err *failed; /* the first failure: the rest is read and dropped */
};

/* The most that a body may have on this route. */
int64_t request_body_max(const struct http_route *route, int64_t upload_max);

void request_body_begin(struct request_body *b, struct ctx *c, struct str content_type,
                        const struct request_body_limits *limits);

/* The next bytes. After a failure they are dropped. */
void request_body_feed(struct request_body *b, struct ctx *c, struct str bytes);

/* The file is not wanted: what there is of it goes, and what is still to come is dropped. */
void request_body_refuse(struct request_body *b, struct err *e);

/* At its end: the parameters and the file, or what was wrong. reason "too_large": over the limit.
 */
MUST_USE struct err *request_body_end(struct request_body *b, struct ctx *c, struct http_req *req);

/* Removes the spooled file unless it was taken. Always called, also when the client went away. */
void request_body_drop(struct request_body *b);

#endif
