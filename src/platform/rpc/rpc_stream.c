/* Streams of a channel: one call, messages both ways. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "rpc_channel_parts.h"

enum { UNSENT_MAX = 8 << 20 /* bytes that a peer may leave unread */ };

struct rpc_stream {
    struct rpc_channel_call *call;
};

const char RPC_STREAM_END[] = "stream_end";

/* ---- opening ---- */

struct err *rpc_stream_open(struct rpc_channel *ch, struct ctx *c, const char *path,
                            struct rpc_stream **out)
{
    struct rpc_channel_call *call;

    TRY(rpc_channel_take(ch, c, &call));
    call->path = path;
    call->streaming = true;
    rpc_channel_send(call, c);
    struct rpc_stream *s = calloc(1, sizeof(*s));

    if (!s)
        abort();
    s->call = call;
    *out = s;
    return NULL;
}

/* ---- sending ---- */

static struct err *ended(struct rpc_channel_call *call, struct ctx *c)
{
    struct err *e = rpc_channel_call_outcome(call, c);

    return e ? e
             : err_reason(c, ERR_CANCELLED, RPC_STREAM_END, "%s: the stream has ended",
                          call->ch->address);
}

static struct err *put(struct rpc_channel_call *call, struct ctx *c, struct str message)
{
    if (call->done)
        return ended(call, c);
    if (call->out.bytes + message.len > UNSENT_MAX)
        return err_new(c, ERR_EXHAUSTED, "%s: the peer reads too slowly", call->ch->address);
    rpc_messages_put(&call->out, rpc_message_create(message));
    (void)nghttp2_session_resume_data(call->conn->link.session, call->stream);
    rpc_channel_conn_flush(call->conn);
    return NULL;
}

struct err *rpc_stream_send(struct rpc_stream *s, struct ctx *c, struct str message)
{
    struct rpc_channel_conn *conn = s->call->conn;

    pthread_mutex_lock(&conn->link.lock);
    struct err *e = put(s->call, c, message);

    rpc_channel_conn_unlock(conn);
    return e;
}

void rpc_stream_end(struct rpc_stream *s)
{
    struct rpc_channel_call *call = s->call;
    struct rpc_channel_conn *conn = call->conn;

    pthread_mutex_lock(&conn->link.lock);
    call->out_ended = true;
    if (!call->done) {
        (void)nghttp2_session_resume_data(conn->link.session, call->stream);
        rpc_channel_conn_flush(conn);
    }
    rpc_channel_conn_unlock(conn);
}

/* ---- receiving ---- */

static struct err *take(struct rpc_channel_call *call, struct ctx *c, struct str *message)
{
    struct rpc_message *m = rpc_messages_take(&call->inbox);

    if (!m)
        return ended(call, c);
    *message = arena_copy(c->arena, m->bytes);
    rpc_message_destroy(m);
    if (!call->done) {
        rpc_channel_call_consume(call);
        rpc_channel_conn_flush(call->conn);
    }
    return NULL;
}

struct err *rpc_stream_receive(struct rpc_stream *s, struct ctx *c, struct str *message)
{
    struct rpc_channel_call *call = s->call;

    if (!rpc_channel_conn_wait(call->conn, call, c->deadline_ns))
        return err_new(c, ERR_TIMEOUT, "%s: no message before the deadline", call->ch->address);
    pthread_mutex_lock(&call->conn->link.lock);
    struct err *e = take(call, c, message);

    rpc_channel_conn_unlock(call->conn);
    return e;
}

/* ---- ending ---- */

void rpc_stream_cancel(struct rpc_stream *s)
{
    struct rpc_channel_conn *conn = s->call->conn;

    pthread_mutex_lock(&conn->link.lock);
    rpc_channel_call_cancel(s->call);
    rpc_channel_conn_flush(conn);
    rpc_channel_conn_poke(conn);
    rpc_channel_conn_unlock(conn);
}

void rpc_stream_close(struct rpc_stream *s)
{
    if (!s)
        return;
    rpc_stream_cancel(s);
    rpc_channel_give(s->call);
    free(s);
}
