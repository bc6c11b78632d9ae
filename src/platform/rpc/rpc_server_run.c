/* Handlers of the gRPC server: running them, one by one or in batches, and answering. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "rpc_server_parts.h"

static bool is_late(const struct ctx *c)
{
    return c->deadline_ns && clock_monotonic_ns() >= c->deadline_ns;
}

static struct err *handle(struct rpc_server_call *call)
{
    const struct rpc_service *service = call->route->service;
    struct ctx *c = &call->ctx;
    struct str reply = {0};

    if (call->closed)
        return NULL; /* nobody waits for it any more */
    if (is_late(c))
        return err_new(c, ERR_TIMEOUT, "the deadline passed before the call was served");
    TRY(service->handle(service->self, call->route->method, c, call->request, &reply));
    if (is_late(c))
        return err_new(c, ERR_TIMEOUT, "the deadline passed while the call was served");
    rpc_message_init(&call->reply, reply);
    return NULL;
}

/* Back from a handler: the answer, unless nobody waits for it any more. Sent now or with the next.
 */
static void finish(struct rpc_server_call *call, struct err *e, bool now)
{
    struct rpc_server_conn *conn = call->conn;

    pthread_mutex_lock(&conn->link.lock);
    rpc_server_conn_enter(conn);
    call->busy = false;
    if (!call->closed) {
        if (!e)
            rpc_messages_put(&call->out, &call->reply);
        rpc_server_call_answer(call, e);
    }
    rpc_server_call_release(call);
    if (now)
        rpc_server_conn_flush(conn); /* the call may be gone when this returns */
    rpc_server_conn_leave(conn);
    pthread_mutex_unlock(&conn->link.lock);
}

void rpc_server_run(struct rpc_server_call *call)
{
    struct rpc_server *s = call->conn->server;

    atomic_fetch_add(&s->running, 1);
    if (call->streaming)
        rpc_server_stream_run(call);
    else
        finish(call, handle(call), true);
    atomic_fetch_sub(&s->running, 1);
}

/* A moving mean, of which one in eight is new. */
static void note_cost(struct rpc_route *route, int64_t ns)
{
    enum { MEMORY = 8 };
    int64_t cost = atomic_load_explicit(&route->cost_ns, memory_order_relaxed);

    atomic_store_explicit(&route->cost_ns, cost + (ns - cost) / MEMORY, memory_order_relaxed);
}

bool rpc_server_run_is_quick(const struct rpc_server_call *call)
{
    enum { QUICK_NS = 20000 };

    return atomic_load_explicit(&call->route->cost_ns, memory_order_relaxed) < QUICK_NS;
}

/*
 * What one thread has run of a batch. Replies are kept back for each other, but not for long: as
 * the next handlers are known to be quick, only one that is slow for once can make them wait.
 */
struct batch {
    int64_t began_ns, sent_ns, from_ns; /* from_ns: the handler under way began */
};

/* Returns whether the thread goes on with `next`. */
static bool run_one(struct batch *b, struct rpc_server_call *call,
                    const struct rpc_server_call *next)
{
    enum { BATCH_NS = 200000, UNSENT_NS = 50000 };
    struct rpc_route *route = call->route;
    struct err *e = handle(call);
    int64_t now = clock_monotonic_ns();
    bool more = next && now - b->began_ns < BATCH_NS && rpc_server_run_is_quick(next),
         send = !more || now - b->sent_ns > UNSENT_NS;

    note_cost(route, now - b->from_ns);
    finish(call, e, send);
    b->from_ns = now;
    if (send && more)
        b->sent_ns = b->from_ns = clock_monotonic_ns();
    return more;
}

struct rpc_server_call *rpc_server_run_batch(struct rpc_server_call *call)
{
    struct rpc_server *s = call->conn->server;
    int64_t now = clock_monotonic_ns();
    struct batch b = {now, now, now};
    struct rpc_server_call *next;
    bool more;

    atomic_fetch_add(&s->running, 1);
    do {
        next = call->next;
        more = run_one(&b, call, next);
        call = next;
    } while (more);
    atomic_fetch_sub(&s->running, 1);
    return next;
}

void rpc_server_run_refuse(struct rpc_server_call *call)
{
    atomic_fetch_add(&call->conn->server->refused, 1);
    finish(call, err_new(&call->ctx, ERR_EXHAUSTED, "too many calls wait here"), true);
}
