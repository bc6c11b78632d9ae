/* What ends in a gRPC server because time has passed: slow calls, old and silent connections. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "log.h"
#include "rpc_server_parts.h"

enum {
    SWEEP_MIN_MS = 10,
    SWEEP_MAX_MS = 500,
    SWEEPS = 8,       /* in the shortest of the times that are to be kept */
    GREET_MS = 10000, /* whoever connects speaks HTTP/2 by then */
    GRACE_MS = 200,   /* between the two GOAWAYs: the first one arrives, new calls go elsewhere */
    LINGER_MS = 2000,
};

static int64_t shorter(int64_t a, int64_t b)
{
    return b > 0 && b < a ? b : a;
}

int64_t rpc_server_sweep_ms(const struct rpc_server *s)
{
    const struct rpc_server_options *o = &s->options;
    int64_t ms = (int64_t)SWEEP_MAX_MS * SWEEPS;

    ms = shorter(shorter(shorter(shorter(ms, o->idle_ms), o->age_ms), o->slow_ms), o->keepalive_ms);
    return ms / SWEEPS > SWEEP_MIN_MS ? ms / SWEEPS : SWEEP_MIN_MS;
}

/* Has it been so for that long? 0 ms: it may be so for ever. */
static bool is_over(int64_t since_ns, int64_t ms, int64_t now_ns)
{
    return ms > 0 && now_ns - since_ns >= ms * CLOCK_NS_PER_MS;
}

/* ---- calls ---- */

static void reset(struct rpc_server_call *call)
{
    (void)nghttp2_submit_rst_stream(call->conn->link.session, 0, call->stream, NGHTTP2_CANCEL);
}

static bool is_stuck(struct rpc_server_call *call, int64_t now_ns)
{
    if (call->moved || !call->since_ns)
        call->since_ns = now_ns;
    call->moved = false;
    return is_over(call->since_ns, call->conn->server->options.slow_ms, now_ns);
}

static void sweep_call(struct rpc_server_call *call, int64_t now_ns)
{
    struct ctx *c = &call->ctx;
    bool stuck = is_stuck(call, now_ns), late = c->deadline_ns && now_ns >= c->deadline_ns;

    if (stuck && (call->answered || call->out.head))
        reset(call); /* its reply is not read */
    else if (call->streaming && late)
        rpc_server_call_answer(call, err_new(c, ERR_TIMEOUT, "the stream's deadline has passed"));
    else if (stuck && !call->streaming && !call->request_ended)
        rpc_server_call_answer(call, err_new(c, ERR_TIMEOUT, "the request does not arrive"));
}

/* A server that goes away sends those who watch elsewhere. */
static void end_stream(struct rpc_server_call *call)
{
    if (call->streaming)
        rpc_server_call_answer(call, err_reason(&call->ctx, ERR_UNAVAILABLE, "shutting_down",
                                                "the server shuts down"));
}

static void sweep_calls(struct rpc_server_conn *conn, int64_t now_ns)
{
    bool ending = atomic_load(&conn->server->draining) && conn->phase == PHASE_LEAVING;

    for (struct rpc_server_call *call = conn->calls; call; call = call->right) {
        if (ending)
            end_stream(call);
        sweep_call(call, now_ns);
    }
}

/* ---- connections ---- */

static void note(struct rpc_server_conn *conn, int64_t now_ns)
{
    if (!conn->opened_ns)
        conn->opened_ns = now_ns;
    if (conn->heard || !conn->heard_ns) {
        conn->heard_ns = now_ns;
        conn->pinged = false;
    }
    if (conn->calls || conn->begun != conn->begun_seen || !conn->quiet_ns)
        conn->quiet_ns = now_ns;
    if (!conn->phase_ns)
        conn->phase_ns = now_ns;
    conn->begun_seen = conn->begun;
    conn->heard = false;
    conn->noise = 0;
}

static bool is_dead(const struct rpc_server_conn *conn, int64_t now_ns)
{
    const struct rpc_server_options *o = &conn->server->options;

    if (conn->phase == PHASE_LINGERING)
        return is_over(conn->phase_ns, LINGER_MS, now_ns);
    if (!conn->greeted)
        return is_over(conn->opened_ns, GREET_MS, now_ns);
    return conn->pinged && is_over(conn->heard_ns, 2 * o->keepalive_ms, now_ns);
}

static void ask(struct rpc_server_conn *conn, int64_t now_ns)
{
    if (conn->pinged || !is_over(conn->heard_ns, conn->server->options.keepalive_ms, now_ns))
        return;
    conn->pinged = true;
    (void)nghttp2_submit_ping(conn->link.session, NGHTTP2_FLAG_NONE, NULL);
}

static bool is_to_leave(const struct rpc_server_conn *conn, int64_t now_ns)
{
    const struct rpc_server_options *o = &conn->server->options;

    return atomic_load(&conn->server->draining) || is_over(conn->opened_ns, o->age_ms, now_ns) ||
           (!conn->calls && is_over(conn->quiet_ns, o->idle_ms, now_ns));
}

static void enter_phase(struct rpc_server_conn *conn, enum rpc_server_phase phase, int64_t now_ns)
{
    conn->phase = phase;
    conn->phase_ns = now_ns;
}

/* RFC 9113, 6.8: first a notice, then which calls will still be served. */
static void move_on(struct rpc_server_conn *conn, int64_t now_ns)
{
    nghttp2_session *session = conn->link.session;

    if (conn->phase == PHASE_SERVING && is_to_leave(conn, now_ns)) {
        (void)nghttp2_submit_shutdown_notice(session);
        enter_phase(conn, PHASE_NOTICED, now_ns);
    } else if (conn->phase == PHASE_NOTICED && is_over(conn->phase_ns, GRACE_MS, now_ns)) {
        (void)nghttp2_submit_goaway(session, NGHTTP2_FLAG_NONE,
                                    nghttp2_session_get_last_proc_stream_id(session),
                                    NGHTTP2_NO_ERROR, NULL, 0);
        enter_phase(conn, PHASE_LEAVING, now_ns);
    }
}

static void sweep_conn(struct rpc_server_conn *conn, int64_t now_ns)
{
    note(conn, now_ns);
    if (is_dead(conn, now_ns)) {
        rpc_link_break(&conn->link); /* its reader will close it */
        return;
    }
    move_on(conn, now_ns);
    sweep_calls(conn, now_ns);
    ask(conn, now_ns);
    rpc_server_conn_enter(conn);
    rpc_server_conn_flush(conn);
    rpc_server_conn_leave(conn);
}

/* One line for all that came since the last: they may be many. */
static void tell_misuse(struct rpc_server *s)
{
    pthread_mutex_lock(&s->lock);
    const char *why = s->misuse;
    uint64_t all = atomic_load(&s->misused), new = all - s->misused_told;

    s->misuse = NULL;
    s->misused_told = all;
    pthread_mutex_unlock(&s->lock);
    if (why && s->options.log)
        log_warn(s->options.log, NULL, "peers broke the rules of gRPC",
                 log_str("event.reason", str_of(why)), log_int("duan.connections", (int64_t) new));
}

static void listen_again(struct rpc_server *s)
{
    if (!atomic_load(&s->draining) && atomic_exchange(&s->deaf, false))
        rpc_server_conn_listen(s, true);
}

void rpc_server_sweep(struct rpc_server *s)
{
    int64_t now_ns = clock_monotonic_ns();

    pthread_mutex_lock(&s->lock);
    struct rpc_server_conn *conn = s->conns; /* those that come later are not old */

    pthread_mutex_unlock(&s->lock);
    for (; conn; conn = conn->next) {
        pthread_mutex_lock(&conn->link.lock);
        if (conn->open)
            sweep_conn(conn, now_ns);
        pthread_mutex_unlock(&conn->link.lock);
    }
    tell_misuse(s);
    listen_again(s);
}
