/* A client of S3-compatible stores: signed requests to one bucket, tried again while it makes
 * sense. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef S3_CLIENT_H
#define S3_CLIENT_H

#include "err.h"

/* Copied. Keys and token are secrets: no log and no failure names them. */
struct s3_options {
    struct str endpoint; /* "http://127.0.0.1:8333", "https://s3.oss-cn-hangzhou.aliyuncs.com" */
    struct str region;   /* "us-east-1", "oss-cn-hangzhou" */
    struct str bucket;
    struct str access_key, secret_key;
    bool virtual_hosted;   /* http://BUCKET.ENDPOINT/KEY; else http://ENDPOINT/BUCKET/KEY */
    bool unsigned_payload; /* bodies are not part of the signature: TLS guards them */
    size_t connections;    /* at a time; more requests wait for one. S3_CONNECTIONS_MAX at most */
};

enum {
    S3_CONNECTIONS_MAX = 64,
    S3_REPLY_MAX = 4 << 20, /* bytes of a reply that is kept in memory: lists, failures */
    S3_TRIES_MAX = 14,      /* of one request: with the pauses between them some 20 seconds */
    S3_CONNECT_MS = 5 * 1000,
    S3_SILENCE_S = 20, /* a transfer that has moved nothing for so long has failed */
};

/*
 * Keeps connections open between requests. Any thread may call any function. Belongs to the blob
 * store that made it.
 */
struct s3_client;

/* ERR_INVALID: options that cannot be meant. Talks to nobody. */
MUST_USE struct err *s3_client_create(struct ctx *c, const struct s3_options *options,
                                      struct s3_client **out);
void s3_client_destroy(struct s3_client *s); /* nobody uses it any more; NULL is fine */

/* From now on nothing is tried again and nothing waits: the process is about to end. */
void s3_client_stop(struct s3_client *s);

/* Bytes of a file, or in memory when fd is -1. */
struct s3_body {
    int fd;
    int64_t offset, length;
    const char *bytes;
};

/* Where the bytes of a successful reply go: to a place in a file. */
struct s3_sink {
    int fd;
    int64_t offset, length;                     /* more than that is a failure */
    void (*arrived)(void *self, int64_t bytes); /* so many are there now; may be NULL */
    void *self;
};

struct s3_request {
    const char *method; /* "GET", "HEAD", "PUT", "POST", "DELETE" */
    struct str key;     /* "": the bucket itself */
    const char *query;  /* "list-type=2&prefix=v%2F": sorted by name, each with its '='; or NULL */
    const char *headers[4];     /* "Range: bytes=0-99"; NULL: no more */
    const struct s3_body *body; /* NULL: none */
    const struct s3_sink *sink; /* NULL: the reply's body is kept in memory */
    bool cleans_up;             /* goes on after s3_client_stop() */
};

struct s3_reply {
    int status;
    struct str etag; /* with its quotes; "": none */
    int64_t length;  /* of the body, as announced; of a HEAD: of the object */
    int64_t modified_ms;
    struct str body; /* of a reply that was kept in memory */
};

/*
 * Every 2xx is a success. 500, 502, 503, 504, 429 and broken connections are tried again with
 * growing pauses until the deadline of c: then ERR_UNAVAILABLE, or ERR_TIMEOUT.
 * ERR_NOT_FOUND: 404. ERR_ABORTED: 412, If-Match did not. ERR_UNAVAILABLE, reason "store_refused":
 * another 4xx, with the store's own word for it.
 */
MUST_USE struct err *s3_send(struct s3_client *s, struct ctx *c, const struct s3_request *req,
                             struct s3_reply *out);

/* "a/b c" as "a%2Fb%20c": RFC 3986 without exception. */
struct str s3_encode(struct arena *a, struct str text);

/*
 * A URL that lets anybody GET the object for `valid_s` seconds from `signed_at` (Unix seconds; it
 * may lie a little in the past: all who ask within one period get the same URL, and caches serve
 * it). `type`: the Content-Type that the store is to answer with; NULL: whatever it has.
 */
struct str s3_presign(struct s3_client *s, struct arena *a, struct str key, const char *type,
                      int64_t signed_at, int valid_s);

/* "https://HOST" of all its URLs. Lives as long as the client. */
struct str s3_client_origin(struct s3_client *s);

struct s3_stats {
    uint64_t requests, retries;
    uint64_t failures; /* of requests that the store did not carry out; 404 and 412 are answers */
};
struct s3_stats s3_client_stats(struct s3_client *s);

#endif
