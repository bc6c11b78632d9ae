/* What goes out: finished replies, files, and bodies that come while they are sent. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdatomic.h>

#include "str.h"

/* A finished reply that many requests share: immutable, counted. */
struct http_shared;
struct http_shared *http_shared_create(const char *type, struct str body);
void http_shared_retain(struct http_shared *shared);
void http_shared_release(struct http_shared *shared); /* NULL is fine */

/*
 * A body whose bytes come while it is sent. The first two are called on the socket's thread, one at
 * a time, and never wait. `at` counts from the beginning of the body.
 */
struct http_stream {
    /* So many bytes were copied; 0: none is there yet; -1: none will come, the client is cut off;
     * HTTP_STREAM_END: that was all, of a body without a length. */
    int64_t (*read)(struct http_stream *self, int64_t at, char *into, size_t room);
    /* Calls wake(arg) once, from any thread and perhaps at once, when that is worth another try. */
    void (*wait)(struct http_stream *self, int64_t at, void (*wake)(void *arg), void *arg);
    void (*end)(struct http_stream *self); /* the reply is over, however it went */
    int64_t length; /* HTTP_STREAM_OPEN: nobody knows, and the reply may take for ever */
    /* From wait() on: the client has gone, or takes nothing. Of a body without a length; whoever
     * wakes it looks now and then, and ends the stream. */
    const atomic_bool *gone;
    int64_t sent; /* the server's own, as is the next */
    void *connection;
};

enum { HTTP_STREAM_END = -2, HTTP_STREAM_OPEN = -1 };

enum { HTTP_REPLY_HEADERS = 12 };

enum http_where { HTTP_INLINE, HTTP_WRITER, HTTP_WORKER, HTTP_HASH, HTTP_WHERES };

/* What goes out: a body in the request's arena, or a shared one, or a piece of a file, or a stream.
 */
struct http_reply {
    int status; /* 0: 200 */
    const char *type;
    struct str body;
    struct http_shared *shared; /* the reply's own count */
    struct {
        int fd; /* closed when sent; only with has_file */
        int64_t offset, length;
    } file;
    bool has_file;
    struct http_stream *stream; /* NULL: none; lives as long as the request */
    struct {
        const char *name, *value;
    } headers[HTTP_REPLY_HEADERS];
    size_t header_count;
    enum http_where move_to; /* not HTTP_INLINE: nothing goes out yet, run the handler there */
};

/* A stream of which nobody knows the length. */
static inline bool http_reply_lasts(const struct http_reply *reply)
{
    return reply->stream && reply->stream->length == HTTP_STREAM_OPEN;
}

/* Adds a header; both live as long as the request. Aborts beyond HTTP_REPLY_HEADERS: our bug. */
void http_reply_header(struct http_reply *reply, const char *name, const char *value);

#endif
