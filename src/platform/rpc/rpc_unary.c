/* Unary calls of a channel, in two halves: sending, and waiting. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "rpc_channel_parts.h"

/* The caller's half; what the connection works with is the call. */
struct rpc_flight {
    struct rpc_channel_call *call; /* NULL: it never began */
    struct err *failure;           /* why */
    struct ctx *c;
    const char *path;
    struct str request;
    bool answered;
    unsigned sent_again; /* times */
};

static void send_request(struct rpc_flight *f)
{
    struct rpc_channel_call *call = f->call;

    call->path = f->path;
    rpc_message_init(&call->request, f->request);
    rpc_messages_put(&call->out, &call->request);
    call->out_ended = true;
    rpc_channel_send(call, f->c);
}

struct rpc_flight *rpc_begin(struct rpc_channel *ch, struct ctx *c, const char *path,
                             struct str req)
{
    struct rpc_flight *f = arena_new(c->arena, struct rpc_flight);

    *f = (struct rpc_flight){.c = c, .path = path, .request = req};
    f->failure = rpc_channel_take(ch, c, &f->call);
    if (!f->failure)
        send_request(f);
    return f;
}

/* A connection that was being closed refused it: the next one may not, unless it is as old. */
static bool send_again(struct rpc_flight *f)
{
    if (f->sent_again == RPC_CHANNEL_CONNECTIONS_MAX || !f->call->done || !f->call->unseen ||
        (f->c->deadline_ns && clock_monotonic_ns() >= f->c->deadline_ns))
        return false;
    f->sent_again++;
    if (!rpc_channel_retake(f->call))
        return false;
    rpc_channel_call_again(f->call);
    rpc_channel_send(f->call, f->c);
    return true;
}

bool rpc_wait(struct rpc_flight *f, int64_t until_ns)
{
    bool over;

    if (!f->call)
        return true;
    do
        over = rpc_channel_conn_wait(f->call->conn, f->call, until_ns);
    while (over && send_again(f));
    return over;
}

static void cancel(struct rpc_channel_call *call)
{
    struct rpc_channel_conn *conn = call->conn;

    pthread_mutex_lock(&conn->link.lock);
    rpc_channel_call_cancel(call);
    rpc_channel_conn_flush(conn);
    rpc_channel_conn_unlock(conn);
}

void rpc_abandon(struct rpc_flight *f)
{
    if (!f->call)
        return;
    cancel(f->call);
    rpc_channel_give(f->call);
}

static bool is_late(const struct rpc_flight *f)
{
    return f->c->deadline_ns && f->call->done_ns >= f->c->deadline_ns;
}

static struct err *outcome(struct rpc_flight *f, struct str *resp)
{
    struct rpc_channel_call *call = f->call;

    if (is_late(f))
        return err_new(f->c, ERR_TIMEOUT, "%s: no answer before the deadline", call->ch->address);
    TRY(rpc_channel_call_outcome(call, f->c));
    if (!call->have_reply)
        return err_new(f->c, ERR_INTERNAL, "%s: no reply came", call->ch->address);
    *resp = arena_copy(f->c->arena, call->reply);
    return NULL;
}

struct err *rpc_finish(struct rpc_flight *f, struct str *resp, bool *sent)
{
    if (sent)
        *sent = false;
    if (!f->call)
        return f->failure;
    if (!rpc_wait(f, f->c->deadline_ns))
        cancel(f->call);
    struct err *e = outcome(f, resp);

    f->answered = !f->call->lost && f->call->status.code >= 0;
    if (sent)
        *sent = !f->call->unseen;
    rpc_channel_give(f->call);
    return e;
}

bool rpc_was_answered(const struct rpc_flight *f)
{
    return f->answered;
}
