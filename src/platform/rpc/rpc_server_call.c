/* One call of the gRPC server: its frames, its handler, its answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "grpc_status.h"
#include "rpc_server_head.h"
#include "rpc_server_parts.h"

enum { POOL_MAX = 64 /* calls kept with their memory */ };

/* ---- life ---- */

static struct rpc_server_call *from_pool(struct rpc_server *s)
{
    pthread_mutex_lock(&s->lock);
    struct rpc_server_call *call = s->pool;

    if (call) {
        s->pool = call->next;
        s->pooled--;
    }
    pthread_mutex_unlock(&s->lock);
    return call;
}

static bool to_pool(struct rpc_server *s, struct rpc_server_call *call)
{
    pthread_mutex_lock(&s->lock);
    bool kept = s->pooled < POOL_MAX;

    if (kept) {
        call->next = s->pool;
        s->pool = call;
        s->pooled++;
    }
    pthread_mutex_unlock(&s->lock);
    return kept;
}

static struct rpc_server_call *call_new(struct rpc_server *s)
{
    struct rpc_server_call *call = from_pool(s);

    if (!call && !(call = calloc(1, sizeof(*call))))
        abort();
    struct arena arena = call->arena; /* keeps its block */

    *call = (struct rpc_server_call){.arena = arena};
    rpc_messages_init(&call->out);
    rpc_messages_init(&call->inbox);
    call->ctx.arena = &call->arena;
    call->reader.arena = &call->arena;
    call->reader.max = s->options.message_max;
    return call;
}

void rpc_server_call_free(struct rpc_server_call *call)
{
    arena_fini(&call->arena);
    free(call);
}

static void open_add(struct rpc_server_conn *conn, struct rpc_server_call *call)
{
    call->conn = conn;
    call->right = conn->calls;
    if (call->right)
        call->right->left = call;
    conn->calls = call;
    rpc_server_conn_enter(conn);
}

static void open_remove(struct rpc_server_call *call)
{
    struct rpc_server_conn *conn = call->conn;

    if (call->left)
        call->left->right = call->right;
    else
        conn->calls = call->right;
    if (call->right)
        call->right->left = call->left;
}

static void free_stream(struct rpc_server_call *call)
{
    rpc_messages_fini(&call->out);
    rpc_messages_fini(&call->inbox);
    arena_fini(&call->coming);
    arena_fini(&call->message_arena);
}

void rpc_server_call_release(struct rpc_server_call *call)
{
    struct rpc_server_conn *conn = call->conn;

    if (!call->closed || call->busy)
        return;
    open_remove(call);
    free_stream(call);
    arena_reset(&call->arena);
    if (!to_pool(conn->server, call))
        rpc_server_call_free(call);
    rpc_server_conn_leave(conn);
}

void rpc_server_call_drop(struct rpc_server_call *call)
{
    call->closed = true;
    if (call->told)
        rpc_server_stream_schedule(call);
    else
        rpc_server_call_release(call);
}

/* ---- answering ---- */

/* What there is of the reply; after the last of it, the trailers. */
/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static ssize_t read_reply(nghttp2_session *session, int32_t stream, uint8_t *out, size_t room,
                          uint32_t *flags, nghttp2_data_source *source, void *user)
{
    struct rpc_server_call *call = source->ptr;
    size_t n = rpc_messages_read(&call->out, out, room);
    nghttp2_nv trailers[GRPC_STATUS_HEADERS];

    (void)user;
    call->moved = true;
    if (!call->out.head && call->answered) {
        *flags = NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
        if (nghttp2_submit_trailer(session, stream, trailers,
                                   grpc_status_write(&call->ctx, call->failure, trailers)))
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    } else if (n == 0) {
        return NGHTTP2_ERR_DEFERRED;
    }
    return (ssize_t)n;
}

enum { HEAD_HEADERS = 3 };

static size_t head_write(const struct rpc_server_call *call, nghttp2_nv *out)
{
    size_t n = 0;

    out[n++] = h2_header(STR(":status"), str_of(call->http ? call->http : "200"), 0);
    out[n++] = h2_header(STR("content-type"), STR("application/grpc"), 0);
    if (call->encoded)
        out[n++] = h2_header(STR("grpc-accept-encoding"), STR("identity"), 0);
    return n;
}

/* All in one block of headers: there is no message. */
static int submit_end(struct rpc_server_call *call)
{
    nghttp2_nv headers[HEAD_HEADERS + GRPC_STATUS_HEADERS];
    size_t n = head_write(call, headers);

    n += grpc_status_write(&call->ctx, call->failure, &headers[n]);
    return nghttp2_submit_response(call->conn->link.session, call->stream, headers, n, NULL);
}

static int submit_reply(struct rpc_server_call *call)
{
    nghttp2_nv headers[HEAD_HEADERS];
    size_t n = head_write(call, headers);
    nghttp2_data_provider body = {.source.ptr = call, .read_callback = read_reply};

    return nghttp2_submit_response(call->conn->link.session, call->stream, headers, n, &body);
}

/* A stream that cannot be answered is reset. */
static void check(struct rpc_server_call *call, int failed)
{
    if (failed)
        (void)nghttp2_submit_rst_stream(call->conn->link.session, 0, call->stream,
                                        NGHTTP2_INTERNAL_ERROR);
}

void rpc_server_call_begin_reply(struct rpc_server_call *call)
{
    if (call->replied) {
        (void)nghttp2_session_resume_data(call->conn->link.session, call->stream);
        return;
    }
    call->replied = true;
    check(call, submit_reply(call));
}

void rpc_server_call_answer(struct rpc_server_call *call, struct err *e)
{
    if (call->answered)
        return;
    call->answered = call->moved = true;
    call->failure = e;
    if (e)
        atomic_fetch_add(&call->conn->server->failed, 1);
    if (call->replied || (!e && call->out.head))
        rpc_server_call_begin_reply(call);
    else
        check(call, submit_end(call));
}

/* The answer is out, so nobody needs the rest of the request. (Not earlier: a stream that is to be
 * reset gets no more headers.) */
static int frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    const struct rpc_server_call *call;

    (void)user;
    if (frame->hd.type != NGHTTP2_HEADERS || !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
        return 0;
    call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (call && !call->request_ended)
        return nghttp2_submit_rst_stream(session, 0, call->stream, NGHTTP2_NO_ERROR);
    return 0;
}

/* ---- frames ---- */

static int begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct rpc_server_conn *conn = user;
    struct rpc_server_call *call;

    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    call = call_new(conn->server);
    call->stream = frame->hd.stream_id;
    open_add(conn, call);
    conn->begun++;
    atomic_fetch_add(&conn->server->calls, 1);
    return nghttp2_session_set_stream_user_data(session, call->stream, call);
}

static struct rpc_server_call *call_of(nghttp2_session *session, int32_t stream)
{
    struct rpc_server_call *call = nghttp2_session_get_stream_user_data(session, stream);

    return call && !call->answered ? call : NULL;
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static int header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                  size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                  void *user)
{
    struct rpc_server_call *call = call_of(session, frame->hd.stream_id);

    (void)flags;
    (void)user;
    if (call && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
        rpc_server_head_take(call, h2_text(name, name_len), h2_text(value, value_len));
    return 0;
}

static void take_message(struct rpc_server_call *call)
{
    struct str bytes = grpc_reader_message(&call->reader);

    if (call->streaming) {
        rpc_messages_put(&call->inbox, rpc_message_create(bytes));
        arena_reset(&call->coming);
        rpc_server_stream_schedule(call);
        return;
    }
    if (call->have_message)
        rpc_server_call_answer(
            call, err_new(&call->ctx, ERR_INTERNAL, "more than one message in a call"));
    call->have_message = true;
    call->request = bytes;
}

static void take_data(struct rpc_server_call *call, struct str data)
{
    while (data.len && !call->answered)
        switch (grpc_reader_take(&call->reader, &data)) {
        case GRPC_READ_MORE:
            break;
        case GRPC_READ_MESSAGE:
            take_message(call);
            break;
        case GRPC_READ_COMPRESSED:
            rpc_server_call_answer(call, err_new(&call->ctx, ERR_INTERNAL, "a compressed message"));
            break;
        case GRPC_READ_TOO_LONG:
            rpc_server_call_answer(call,
                                   err_new(&call->ctx, ERR_EXHAUSTED,
                                           "a message of more than %zu bytes", call->reader.max));
            break;
        }
}

static int data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes,
                size_t len, void *user)
{
    struct rpc_server_call *call = call_of(session, stream);

    (void)flags;
    (void)user;
    (void)nghttp2_session_consume_connection(session, len);
    if (!call)
        return 0;
    call->held += len;
    take_data(call, h2_text(bytes, len));
    rpc_server_stream_consume(call);
    return 0;
}

/* The call waits for the thread that reads this connection to run it. */
static void make_ready(struct rpc_server_call *call)
{
    struct rpc_server_conn *conn = call->conn;

    call->busy = true;
    call->next = NULL;
    *conn->ready_tail = call;
    conn->ready_tail = &call->next;
}

/* The caller has said all. */
static void request_ended(struct rpc_server_call *call)
{
    bool missing = !call->streaming && !call->have_message;

    call->request_ended = true;
    if (missing || !grpc_reader_between(&call->reader))
        rpc_server_call_answer(
            call, err_new(&call->ctx, ERR_INTERNAL, "the message is missing or cut short"));
    else if (call->streaming)
        rpc_server_stream_schedule(call);
    else
        make_ready(call);
}

static void head_ended(struct rpc_server_call *call)
{
    struct err *e = rpc_server_head_check(call);

    if (e) {
        rpc_server_call_answer(call, e);
        return;
    }
    const struct rpc_stream_handler *streams = call->route->service->streams;

    if (streams && streams[call->route->method].message) {
        call->streaming = &streams[call->route->method];
        call->reader.arena = &call->coming;
    }
}

static int frame_received(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct rpc_server_call *call;

    rpc_server_conn_count(user, frame);
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA)
        return 0;
    call = call_of(session, frame->hd.stream_id);
    if (call && frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
        head_ended(call);
    if (call && !call->answered && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        request_ended(call);
    return 0;
}

static int stream_closed(nghttp2_session *session, int32_t stream, uint32_t code, void *user)
{
    struct rpc_server_call *call = nghttp2_session_get_stream_user_data(session, stream);

    (void)code;
    (void)user;
    if (call)
        rpc_server_call_drop(call);
    return 0;
}

void rpc_server_call_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_received);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_closed);
}
