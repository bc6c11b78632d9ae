/* Calls with several messages: a handler sees one at a time, anybody may send. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_server_parts.h"

enum { UNREAD_MAX = 4 << 20 /* bytes that a caller may leave unread */ };

void rpc_server_stream_schedule(struct rpc_server_call *call)
{
    if (call->busy)
        return; /* who has it looks again before he leaves it */
    call->busy = true;
    rpc_server_queue_insist(&call->conn->server->queue, call);
}

/* Messages that no handler has seen keep the peer from sending more of them. */
void rpc_server_stream_consume(struct rpc_server_call *call)
{
    size_t now = call->held > call->inbox.bytes ? call->held - call->inbox.bytes : 0;

    call->held -= now;
    if (now && call->conn->link.session)
        (void)nghttp2_session_consume_stream(call->conn->link.session, call->stream, now);
}

/* ---- sending ---- */

static bool put(struct rpc_server_call *call, struct str message)
{
    if (call->closed || call->answered)
        return false;
    if (call->out.bytes + message.len > UNREAD_MAX) {
        rpc_server_call_answer(call, err_new(&call->ctx, ERR_EXHAUSTED,
                                             "%zu bytes of replies are not read", call->out.bytes));
        return false;
    }
    call->moved |= !call->out.head;
    rpc_messages_put(&call->out, rpc_message_create(message));
    rpc_server_call_begin_reply(call);
    return true;
}

static void flush(struct rpc_server_conn *conn)
{
    rpc_server_conn_enter(conn);
    rpc_server_conn_flush(conn);
    rpc_server_conn_leave(conn);
}

bool rpc_server_stream_send(struct rpc_server_call *call, struct str message)
{
    struct rpc_server_conn *conn = call->conn;

    pthread_mutex_lock(&conn->link.lock);
    bool open = put(call, message);

    flush(conn);
    pthread_mutex_unlock(&conn->link.lock);
    return open;
}

/* ---- running ---- */

enum step {
    STEP_MESSAGE,
    STEP_CLOSED,
    STEP_REST, /* there is nothing to do: the call is nobody's */
};

/* All that the caller wanted was heard. */
static bool is_complete(const struct rpc_server_call *call)
{
    return call->request_ended && !call->streaming->lasts;
}

static enum step choose(struct rpc_server_call *call, struct rpc_message **message)
{
    if (call->closed)
        return STEP_CLOSED;
    *message = call->answered ? NULL : rpc_messages_take(&call->inbox);
    if (*message) {
        call->told = true;
        rpc_server_stream_consume(call);
        return STEP_MESSAGE;
    }
    if (is_complete(call))
        rpc_server_call_answer(call, NULL);
    call->busy = false;
    return STEP_REST;
}

static enum step next_step(struct rpc_server_call *call, struct rpc_message **message)
{
    struct rpc_server_conn *conn = call->conn;

    pthread_mutex_lock(&conn->link.lock);
    enum step step = choose(call, message);

    flush(conn);
    pthread_mutex_unlock(&conn->link.lock);
    return step;
}

static void end_with(struct rpc_server_call *call, struct err *e)
{
    pthread_mutex_lock(&call->conn->link.lock);
    if (!call->closed)
        rpc_server_call_answer(call, e);
    pthread_mutex_unlock(&call->conn->link.lock);
}

static void handle(struct rpc_server_call *call, struct rpc_message *message)
{
    struct ctx c = call->ctx;

    arena_reset(&call->message_arena);
    c.arena = &call->message_arena;
    struct err *e = call->streaming->message(call->route->service->self, &c, call, message->bytes);

    rpc_message_destroy(message);
    if (e)
        end_with(call, e);
}

static void tell_end(struct rpc_server_call *call)
{
    struct rpc_server_conn *conn = call->conn;

    if (call->told && call->streaming->closed)
        call->streaming->closed(call->route->service->self, call);
    pthread_mutex_lock(&conn->link.lock);
    call->busy = call->told = false;
    rpc_server_call_release(call);
    pthread_mutex_unlock(&conn->link.lock);
}

void rpc_server_stream_run(struct rpc_server_call *call)
{
    struct rpc_message *message = NULL;
    enum step step;

    while ((step = next_step(call, &message)) == STEP_MESSAGE)
        handle(call, message);
    if (step == STEP_CLOSED)
        tell_end(call);
}
