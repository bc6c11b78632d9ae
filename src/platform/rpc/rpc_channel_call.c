/* One call of a channel: what is sent, what comes, how it ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clock.h"
#include "grpc_timeout.h"
#include "rpc_channel_parts.h"
#include "trace.h"

enum { HEADERS_MAX = 11, HEAD_MAX = 16 * 1024, HEADER_OVERHEAD = 32, HTTP_OK = 200 };

/* ---- life ---- */

/* Nothing has come, nothing has been said of how it ended. */
static void clear_reply(struct rpc_channel_call *call)
{
    rpc_messages_init(&call->inbox);
    call->held = 0;
    call->reader = (struct grpc_reader){.arena = &call->arena};
    call->status = (struct grpc_status){.code = -1};
    call->reply = (struct str){0};
    call->head_bytes = 0;
    call->http = 0;
    call->stream = 0;
    call->lost = 0;
    call->why = NULL;
    call->done_ns = 0;
    call->have_reply = call->not_grpc = call->begun = call->done = call->unseen = false;
}

static void clear(struct rpc_channel_call *call)
{
    clear_reply(call);
    rpc_messages_init(&call->out);
    call->streaming = call->out_ended = false;
}

/* A stream has sent nothing yet, as only its opening is tried again. */
void rpc_channel_call_again(struct rpc_channel_call *call)
{
    arena_reset(&call->arena);
    clear_reply(call);
    if (call->streaming)
        return;
    rpc_messages_init(&call->out);
    rpc_message_init(&call->request, call->request.bytes);
    rpc_messages_put(&call->out, &call->request);
}

struct rpc_channel_call *rpc_channel_call_create(void)
{
    struct rpc_channel_call *call = calloc(1, sizeof(*call));

    if (!call)
        abort();
    clear(call);
    return call;
}

void rpc_channel_call_reset(struct rpc_channel_call *call)
{
    rpc_messages_fini(&call->out);
    rpc_messages_fini(&call->inbox);
    arena_reset(&call->arena);
    arena_fini(&call->message_arena);
    clear(call);
}

void rpc_channel_call_destroy(struct rpc_channel_call *call)
{
    rpc_channel_call_reset(call);
    arena_fini(&call->arena);
    free(call);
}

static void open_add(struct rpc_channel_call *call)
{
    struct rpc_channel_conn *conn = call->conn;

    call->left = NULL;
    call->right = conn->calls;
    if (call->right)
        call->right->left = call;
    conn->calls = call;
}

static void open_remove(struct rpc_channel_call *call)
{
    if (call->left)
        call->left->right = call->right;
    else
        call->conn->calls = call->right;
    if (call->right)
        call->right->left = call->left;
}

bool rpc_channel_call_has_news(const struct rpc_channel_call *call)
{
    return call->done || call->inbox.head;
}

/* Nothing more will come. */
static void end(struct rpc_channel_call *call)
{
    if (call->done)
        return;
    call->done = true;
    call->done_ns = clock_monotonic_ns();
    if (call->stream)
        open_remove(call);
    rpc_channel_conn_news(call);
}

void rpc_channel_call_lose(struct rpc_channel_call *call, enum err_code code, const char *why)
{
    if (call->done)
        return;
    call->lost = code;
    call->why = why;
    call->unseen = call->unseen || !call->begun;
    if (call->stream && call->conn->link.session)
        (void)nghttp2_session_set_stream_user_data(call->conn->link.session, call->stream, NULL);
    end(call);
}

void rpc_channel_call_cancel(struct rpc_channel_call *call)
{
    nghttp2_session *session = call->conn->link.session;

    if (call->done)
        return;
    if (session)
        (void)nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, call->stream, NGHTTP2_CANCEL);
    rpc_channel_call_lose(call, ERR_CANCELLED, "the call was cancelled");
}

void rpc_channel_call_fail(struct rpc_channel_call *call, enum err_code code, const char *why)
{
    rpc_channel_call_cancel(call);
    call->lost = code;
    call->why = why;
}

/* ---- sending ---- */

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static ssize_t read_out(nghttp2_session *session, int32_t stream, uint8_t *out, size_t room,
                        uint32_t *flags, nghttp2_data_source *source, void *user)
{
    struct rpc_channel_call *call = source->ptr;
    size_t n = rpc_messages_read(&call->out, out, room);

    (void)session;
    (void)stream;
    (void)user;
    if (!call->out.head && call->out_ended)
        *flags = NGHTTP2_DATA_FLAG_EOF;
    else if (n == 0)
        return NGHTTP2_ERR_DEFERRED;
    return (ssize_t)n;
}

static bool is_printable(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return false;
    return text.len > 0;
}

/* What is left of the time, and what tells how long this was on its way (rpc_transit.h). */
static size_t deadline_write(struct rpc_channel_call *call, const struct ctx *c, nghttp2_nv *out)
{
    struct arena *a = &call->arena;
    int64_t now = clock_monotonic_ns(), age_us = (now - call->conn->began_ns) / CLOCK_NS_PER_US;
    char *text = arena_bytes(a, GRPC_TIMEOUT_MAX);
    size_t len = grpc_timeout_write(c->deadline_ns - now, text);

    out[0] = h2_header(STR("grpc-timeout"), (struct str){text, len}, NGHTTP2_NV_FLAG_NO_INDEX);
    out[1] = h2_header(STR("duan-age"), arena_str(a, "%lld", (long long)age_us),
                       NGHTTP2_NV_FLAG_NO_INDEX);
    return 2;
}

/* What the caller's request is known by. */
static size_t identity_write(struct rpc_channel_call *call, struct ctx *c, nghttp2_nv *out)
{
    struct arena *a = &call->arena;
    struct ctx own = {.arena = a};
    size_t n = 0;

    if (c->deadline_ns)
        n += deadline_write(call, c, &out[n]);
    if (trace_is_set(c->trace))
        out[n++] =
            h2_header(STR("traceparent"), trace_format(&own, c->trace), NGHTTP2_NV_FLAG_NO_INDEX);
    if (c->user_id)
        out[n++] = h2_header(STR("duan-user"), arena_str(a, "%lld", (long long)c->user_id),
                             NGHTTP2_NV_FLAG_NO_INDEX);
    if (is_printable(c->request_id))
        out[n++] =
            h2_header(STR("duan-request"), arena_copy(a, c->request_id), NGHTTP2_NV_FLAG_NO_INDEX);
    return n;
}

static size_t head_write(struct rpc_channel_call *call, struct ctx *c, nghttp2_nv *out)
{
    size_t n = 0;

    out[n++] = h2_header(STR(":method"), STR("POST"), 0);
    out[n++] = h2_header(STR(":scheme"), call->ch->options.tls ? STR("https") : STR("http"), 0);
    out[n++] = h2_header(STR(":path"), str_of(call->path), 0);
    out[n++] = h2_header(STR(":authority"), call->ch->options.address, 0);
    out[n++] = h2_header(STR("te"), STR("trailers"), 0);
    out[n++] = h2_header(STR("content-type"), STR("application/grpc"), 0);
    return n + identity_write(call, c, &out[n]);
}

void rpc_channel_call_submit(struct rpc_channel_call *call, struct ctx *c)
{
    nghttp2_nv headers[HEADERS_MAX];
    nghttp2_session *session = call->conn->link.session;
    nghttp2_data_provider body = {.source.ptr = call, .read_callback = read_out};

    call->timed = c->deadline_ns != 0;
    call->reader.max = call->ch->options.message_max;
    if (call->streaming)
        call->reader.arena = &call->message_arena;
    if (!session || atomic_load(&call->conn->leaving)) {
        rpc_channel_call_lose(call, ERR_UNAVAILABLE, "no connection");
        return;
    }
    int32_t stream =
        nghttp2_submit_request(session, NULL, headers, head_write(call, c, headers), &body, call);

    if (stream < 0) {
        atomic_store(&call->conn->leaving, true);
        rpc_channel_call_lose(call, ERR_UNAVAILABLE, "the connection takes no more calls");
        return;
    }
    call->stream = stream;
    open_add(call);
}

/* ---- receiving ---- */

static struct rpc_channel_call *call_of(nghttp2_session *session, int32_t stream)
{
    return nghttp2_session_get_stream_user_data(session, stream);
}

static void take_http(struct rpc_channel_call *call, struct str value)
{
    int64_t status;

    if (str_to_i64(value, &status))
        call->http = (int)status;
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static int header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name_bytes,
                  size_t name_len, const uint8_t *value_bytes, size_t value_len, uint8_t flags,
                  void *user)
{
    struct rpc_channel_call *call = call_of(session, frame->hd.stream_id);
    struct str name = h2_text(name_bytes, name_len), value = h2_text(value_bytes, value_len);

    (void)flags;
    (void)user;
    if (!call)
        return 0;
    call->head_bytes += name_len + value_len + HEADER_OVERHEAD;
    if (call->head_bytes > HEAD_MAX)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (str_eq(name, STR(":status")))
        take_http(call, value);
    else if (str_eq(name, STR("content-type")))
        call->not_grpc = !str_starts(value, STR("application/grpc"));
    else
        grpc_status_read(&call->status, &call->arena, name, value);
    return 0;
}

static void inbox_add(struct rpc_channel_call *call, struct str bytes)
{
    rpc_messages_put(&call->inbox, rpc_message_create(bytes));
    arena_reset(&call->message_arena);
    rpc_channel_conn_news(call);
}

static void take_message(struct rpc_channel_call *call)
{
    struct str bytes = grpc_reader_message(&call->reader);

    if (call->streaming) {
        inbox_add(call, bytes);
        return;
    }
    if (call->have_reply)
        rpc_channel_call_fail(call, ERR_INTERNAL, "more than one reply");
    call->have_reply = true;
    call->reply = bytes;
}

static void take_data(struct rpc_channel_call *call, struct str data)
{
    while (data.len && !call->done)
        switch (grpc_reader_take(&call->reader, &data)) {
        case GRPC_READ_MORE:
            break;
        case GRPC_READ_MESSAGE:
            take_message(call);
            break;
        case GRPC_READ_COMPRESSED:
            rpc_channel_call_fail(call, ERR_UNIMPLEMENTED, "the reply is compressed");
            break;
        case GRPC_READ_TOO_LONG:
            rpc_channel_call_fail(call, ERR_EXHAUSTED, "the reply is too long");
            break;
        }
}

/* What anything else has to say is of no interest. */
static bool is_grpc(const struct rpc_channel_call *call)
{
    return call->http == HTTP_OK && !call->not_grpc;
}

/* A stream whose messages nobody takes gets no more of them; the connection goes on. */
void rpc_channel_call_consume(struct rpc_channel_call *call)
{
    size_t now = call->held > call->inbox.bytes ? call->held - call->inbox.bytes : 0;

    call->held -= now;
    if (now && call->conn->link.session)
        (void)nghttp2_session_consume_stream(call->conn->link.session, call->stream, now);
}

static int data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes,
                size_t len, void *user)
{
    struct rpc_channel_call *call = call_of(session, stream);

    (void)flags;
    (void)user;
    (void)nghttp2_session_consume_connection(session, len);
    if (!call)
        return 0;
    call->held += len;
    if (is_grpc(call))
        take_data(call, h2_text(bytes, len));
    if (!call->done)
        rpc_channel_call_consume(call);
    return 0;
}

static int frame_received(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct rpc_channel_conn *conn = user;

    (void)session;
    conn->heard = true;
    if (frame->hd.type == NGHTTP2_GOAWAY)
        atomic_store(&conn->leaving, true);
    if (frame->hd.type == NGHTTP2_SETTINGS && !(frame->hd.flags & NGHTTP2_FLAG_ACK))
        rpc_channel_connected(conn->ch);
    return 0;
}

static int frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
    struct rpc_channel_call *call;

    (void)user;
    if (frame->hd.type == NGHTTP2_HEADERS && (call = call_of(session, frame->hd.stream_id)))
        call->begun = true;
    return 0;
}

/* How a stream ended says something only when the peer sent no status. */
static int stream_closed(nghttp2_session *session, int32_t stream, uint32_t code, void *user)
{
    struct rpc_channel_call *call = call_of(session, stream);

    (void)user;
    if (!call)
        return 0;
    call->unseen = code == NGHTTP2_REFUSED_STREAM || !call->begun;
    if (call->unseen)
        rpc_channel_call_lose(call, ERR_UNAVAILABLE, "the peer refused the call");
    else if (code != NGHTTP2_NO_ERROR && call->status.code < 0)
        rpc_channel_call_lose(call, code == NGHTTP2_CANCEL ? ERR_CANCELLED : ERR_INTERNAL,
                              nghttp2_http2_strerror(code));
    else
        end(call);
    return 0;
}

void rpc_channel_call_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_header_callback(callbacks, header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_received);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_closed);
}

/* ---- how it ended ---- */

/* What an HTTP answer that is not gRPC's means: doc/http-grpc-status-mapping.md of gRPC. */
static enum err_code code_of_http(int status)
{
    static const struct {
        int status;
        enum err_code code;
    } known[] = {
        {400, ERR_INTERNAL},      {401, ERR_UNAUTHENTICATED}, {403, ERR_FORBIDDEN},
        {404, ERR_UNIMPLEMENTED}, {429, ERR_UNAVAILABLE},     {502, ERR_UNAVAILABLE},
        {503, ERR_UNAVAILABLE},   {504, ERR_UNAVAILABLE},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i].status == status)
            return known[i].code;
    return ERR_INTERNAL;
}

struct err *rpc_channel_call_outcome(const struct rpc_channel_call *call, struct ctx *c)
{
    const char *peer = call->ch->address;

    if (call->lost)
        return err_new(c, call->lost, "%s: %s", peer, call->why);
    if (call->status.code >= 0)
        return grpc_status_err(c, &call->status);
    if (!is_grpc(call))
        return err_new(c, code_of_http(call->http), "%s: HTTP status %d, not gRPC", peer,
                       call->http);
    return err_new(c, ERR_INTERNAL, "%s: the reply ends without a status", peer);
}
