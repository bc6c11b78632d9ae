/* Replies: memory as it lies, shared ones as they are, files by sendfile, streams as they come. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mhd_reply.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Of a body that is sent in chunks the library copies each into its own memory anyway. */
enum { STREAM_BLOCK = 128 * 1024, CHUNK_BLOCK = 1024 };

struct http_shared {
    _Atomic int count;
    const char *type;
    size_t len;
    struct MHD_Response *response;
    char bytes[];
};

static void add(struct MHD_Response *r, const char *name, const char *value)
{
    (void)MHD_add_response_header(r, name, value); /* fails only without memory: then not sent */
}

static void add_common(struct MHD_Response *r, const char *type)
{
    if (type)
        add(r, "Content-Type", type);
    add(r, "X-Content-Type-Options", "nosniff");
}

struct http_shared *http_shared_create(const char *type, struct str body)
{
    struct http_shared *shared = malloc(sizeof(*shared) + body.len);

    if (!shared)
        abort();
    shared->len = body.len;
    shared->type = type;
    atomic_init(&shared->count, 1);
    memcpy(shared->bytes, body.ptr, body.len);
    shared->response =
        MHD_create_response_from_buffer(body.len, shared->bytes, MHD_RESPMEM_PERSISTENT);
    if (!shared->response)
        abort();
    add_common(shared->response, type);
    return shared;
}

void http_shared_retain(struct http_shared *shared)
{
    atomic_fetch_add(&shared->count, 1);
}

void http_shared_release(struct http_shared *shared)
{
    if (!shared || atomic_fetch_sub(&shared->count, 1) > 1)
        return;
    MHD_destroy_response(shared->response);
    free(shared);
}

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
    if (reply->header_count == HTTP_REPLY_HEADERS)
        abort();
    reply->headers[reply->header_count].name = name;
    reply->headers[reply->header_count++].value = value;
}

static void resume(void *connection)
{
    MHD_resume_connection(connection);
}

/* Suspended before it can be woken. */
static ssize_t read_stream(void *stream, uint64_t at, char *into, size_t room)
{
    struct http_stream *s = stream;
    int64_t got = s->read(s, (int64_t)at, into, room);

    s->sent += got > 0 ? got : 0;
    if (got > 0)
        return (ssize_t)got;
    if (got == HTTP_STREAM_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (got < 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    MHD_suspend_connection(s->connection);
    s->wait(s, (int64_t)at, resume, s->connection);
    return 0;
}

int64_t mhd_reply_length(const struct http_reply *reply)
{
    if (reply->has_file)
        return reply->file.length;
    return reply->stream ? reply->stream->length : (int64_t)reply->body.len;
}

void mhd_reply_drop(struct http_reply *reply)
{
    if (reply->has_file)
        close(reply->file.fd);
    mhd_reply_end(reply);
}

void mhd_reply_end(struct http_reply *reply)
{
    if (reply->stream)
        reply->stream->end(reply->stream);
    http_shared_release(reply->shared);
}

static struct MHD_Response *respond_with(struct http_stream *s)
{
    bool open = s->length < 0;

    return MHD_create_response_from_callback(open ? MHD_SIZE_UNKNOWN : (uint64_t)s->length,
                                             open ? CHUNK_BLOCK : STREAM_BLOCK, read_stream, s,
                                             NULL);
}

/* With headers of its own a shared reply is no longer the same for everybody. */
static struct MHD_Response *make(struct http_reply *reply)
{
    struct str body = reply->body;
    struct MHD_Response *r;

    if (reply->shared) {
        body = (struct str){reply->shared->bytes, reply->shared->len};
        reply->type = reply->shared->type;
    }
    if (reply->has_file)
        r = MHD_create_response_from_fd_at_offset64((uint64_t)reply->file.length, reply->file.fd,
                                                    (uint64_t)reply->file.offset);
    else if (reply->stream)
        r = respond_with(reply->stream);
    else /* the library reads the body only: NOLINTNEXTLINE(performance-no-int-to-ptr) */
        r = MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr,
                                            MHD_RESPMEM_PERSISTENT);
    if (!r && reply->has_file)
        close(reply->file.fd);
    if (r)
        add_common(r, reply->type);
    return r;
}

enum MHD_Result mhd_reply_queue(struct MHD_Connection *conn, struct http_reply *reply, bool close)
{
    unsigned status = reply->status ? (unsigned)reply->status : MHD_HTTP_OK;

    if (reply->shared && !close && !reply->header_count)
        return MHD_queue_response(conn, status, reply->shared->response);
    struct MHD_Response *r = make(reply);

    if (!r)
        return MHD_NO;
    if (reply->stream)
        reply->stream->connection = conn;
    for (size_t i = 0; i < reply->header_count; i++)
        add(r, reply->headers[i].name, reply->headers[i].value);
    if (close)
        add(r, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(conn, status, r);

    MHD_destroy_response(r);
    return queued;
}
