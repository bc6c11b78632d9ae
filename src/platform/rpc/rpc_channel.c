/* A channel: connections to one peer, taken in turn, made again when they fail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_channel.h"

#include <stdlib.h>

#include "clock.h"
#include "rpc_channel_parts.h"

const struct rpc_channel_options rpc_channel_defaults = {
    .connections = 2,
    .message_max = 4 << 20,
    .in_flight_max = 1024,
    .connect_ms = 1000,
    .keepalive_ms = 10000,
};

enum {
    POOL_MAX = 32, /* calls kept with their memory */
    BUSY = 32,     /* calls under way on one connection */
    PAUSE_FIRST_MS = 50,
    PAUSE_MAX_MS = 1000, /* who comes back is found again within that */
};

/* ---- connections ---- */

/* ch->lock is held by all of these. */

static struct rpc_channel_conn *conn_add(struct rpc_channel *ch)
{
    struct rpc_channel_conn *conn = rpc_channel_conn_create(ch);

    conn->refs = 1; /* its slot's */
    conn->next = ch->conns;
    ch->conns = conn;
    return conn;
}

static void conn_unlink(struct rpc_channel *ch, struct rpc_channel_conn *conn)
{
    struct rpc_channel_conn **at = &ch->conns;

    while (*at != conn)
        at = &(*at)->next;
    *at = conn->next;
}

/* Returns it when nobody refers to it any more: to be destroyed without the lock. */
static struct rpc_channel_conn *conn_unref(struct rpc_channel *ch, struct rpc_channel_conn *conn)
{
    if (--conn->refs > 0)
        return NULL;
    conn_unlink(ch, conn);
    return conn;
}

static bool is_usable(const struct rpc_channel_conn *conn)
{
    return conn && !atomic_load(&conn->leaving);
}

/* Calls under way on it. */
static size_t load_of(const struct rpc_channel_conn *conn)
{
    return conn->refs - 1;
}

/* Another one than that of the slot, when that one cannot be had. */
static struct rpc_channel_conn *any_usable(struct rpc_channel *ch)
{
    for (size_t i = 0; i < ch->options.connections; i++)
        if (is_usable(ch->slots[i]))
            return ch->slots[i];
    return NULL;
}

/* Calls that travel together cost less: the next connection is for what the first ones do not take
 * easily; when all are busy, they take turns. */
static struct rpc_channel_conn **slot_for_next(struct rpc_channel *ch)
{
    for (size_t i = 0; i < ch->options.connections; i++)
        if (!is_usable(ch->slots[i]) || load_of(ch->slots[i]) < BUSY)
            return &ch->slots[i];
    ch->turn = ch->turn + 1 < ch->options.connections ? ch->turn + 1 : 0;
    return &ch->slots[ch->turn];
}

/* *gone is one to be destroyed. NULL: there is none, and it is too early to connect again. */
static struct rpc_channel_conn *pick(struct rpc_channel *ch, struct rpc_channel_conn **gone)
{
    struct rpc_channel_conn **slot = slot_for_next(ch);

    if (is_usable(*slot))
        return *slot;
    if (*slot)
        *gone = conn_unref(ch, *slot);
    *slot = NULL;
    if (ch->retry_ns && clock_monotonic_ns() < ch->retry_ns)
        return any_usable(ch);
    *slot = conn_add(ch);
    return *slot;
}

void rpc_channel_connected(struct rpc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    ch->retry_ns = ch->pause_ns = 0;
    pthread_mutex_unlock(&ch->lock);
}

void rpc_channel_hurry(struct rpc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    ch->retry_ns = 0;
    pthread_mutex_unlock(&ch->lock);
}

/* Up to a fifth more or less, so that callers of a peer that comes back do not come all at once. */
static int64_t scatter(int64_t ns)
{
    enum { STEPS = 41, PERCENT = 100, LEAST = 80 };

    return ns / PERCENT * (LEAST + clock_monotonic_ns() / 1000 % STEPS);
}

void rpc_channel_failed(struct rpc_channel *ch)
{
    const int64_t first = (int64_t)PAUSE_FIRST_MS * CLOCK_NS_PER_MS,
                  most = (int64_t)PAUSE_MAX_MS * CLOCK_NS_PER_MS;

    pthread_mutex_lock(&ch->lock);
    ch->pause_ns = ch->pause_ns ? 2 * ch->pause_ns : first;
    if (ch->pause_ns > most)
        ch->pause_ns = most;
    ch->retry_ns = clock_monotonic_ns() + scatter(ch->pause_ns);
    pthread_mutex_unlock(&ch->lock);
}

/* ---- calls ---- */

static struct rpc_channel_call *call_get(struct rpc_channel *ch)
{
    struct rpc_channel_call *call = ch->pool;

    if (!call)
        return rpc_channel_call_create();
    ch->pool = call->next_free;
    ch->pooled--;
    return call;
}

static struct err *refusal(struct rpc_channel *ch, struct ctx *c)
{
    if (ch->in_flight >= ch->options.in_flight_max)
        return err_new(c, ERR_EXHAUSTED, "%s: %zu calls are under way", ch->address, ch->in_flight);
    return NULL;
}

static struct err *take_locked(struct rpc_channel *ch, struct ctx *c, struct rpc_channel_call **out,
                               struct rpc_channel_conn **gone)
{
    TRY(refusal(ch, c));
    struct rpc_channel_conn *conn = pick(ch, gone);

    if (!conn)
        return err_new(c, ERR_UNAVAILABLE, "%s: cannot be reached", ch->address);
    struct rpc_channel_call *call = call_get(ch);

    conn->refs++;
    ch->refs++;
    ch->in_flight++;
    call->ch = ch;
    call->conn = conn;
    *out = call;
    return NULL;
}

struct err *rpc_channel_take(struct rpc_channel *ch, struct ctx *c, struct rpc_channel_call **out)
{
    struct rpc_channel_conn *gone = NULL;

    pthread_mutex_lock(&ch->lock);
    struct err *e = take_locked(ch, c, out, &gone);

    pthread_mutex_unlock(&ch->lock);
    rpc_channel_conn_destroy(gone);
    return e;
}

bool rpc_channel_retake(struct rpc_channel_call *call)
{
    struct rpc_channel *ch = call->ch;
    struct rpc_channel_conn *gone = NULL, *old = NULL;

    pthread_mutex_lock(&ch->lock);
    struct rpc_channel_conn *conn = ch->closed ? NULL : pick(ch, &gone);

    if (conn) {
        conn->refs++;
        old = conn_unref(ch, call->conn);
        call->conn = conn;
    }
    pthread_mutex_unlock(&ch->lock);
    rpc_channel_conn_destroy(gone);
    rpc_channel_conn_destroy(old);
    return conn != NULL;
}

/* True: this connection did not take it. */
static bool send_fails(struct rpc_channel_call *call, struct ctx *c)
{
    struct rpc_channel_conn *conn = call->conn;

    pthread_mutex_lock(&conn->link.lock);
    rpc_channel_conn_start(conn, c);
    rpc_channel_conn_check(conn);
    rpc_channel_call_submit(call, c);
    rpc_channel_conn_flush(conn);
    bool fails = call->done && call->unseen;

    rpc_channel_conn_unlock(conn);
    return fails;
}

/* All connections may have been closed while nobody looked. */
void rpc_channel_send(struct rpc_channel_call *call, struct ctx *c)
{
    bool fails = send_fails(call, c);

    for (size_t i = 0; i < RPC_CHANNEL_CONNECTIONS_MAX && fails && rpc_channel_retake(call); i++) {
        rpc_channel_call_again(call);
        fails = send_fails(call, c);
    }
}

static void channel_free(struct rpc_channel *ch)
{
    for (struct rpc_channel_call *call = ch->pool, *next; call; call = next) {
        next = call->next_free;
        rpc_channel_call_destroy(call);
    }
    nghttp2_session_callbacks_del(ch->callbacks);
    nghttp2_option_del(ch->settings);
    pthread_mutex_destroy(&ch->lock);
    free(ch->address);
    free(ch);
}

void rpc_channel_give(struct rpc_channel_call *call)
{
    struct rpc_channel *ch = call->ch;

    rpc_channel_call_reset(call);
    pthread_mutex_lock(&ch->lock);
    struct rpc_channel_conn *gone = conn_unref(ch, call->conn);
    bool keep = ch->pooled < POOL_MAX;

    if (keep) {
        call->next_free = ch->pool;
        ch->pool = call;
        ch->pooled++;
    }
    ch->in_flight--;
    bool last = --ch->refs == 0;

    pthread_mutex_unlock(&ch->lock);
    if (!keep)
        rpc_channel_call_destroy(call);
    rpc_channel_conn_destroy(gone);
    if (last)
        channel_free(ch);
}

/* ---- life ---- */

static size_t connections_of(const struct rpc_channel_options *options)
{
    if (options->connections < 1)
        return 1;
    return options->connections < RPC_CHANNEL_CONNECTIONS_MAX ? options->connections
                                                              : RPC_CHANNEL_CONNECTIONS_MAX;
}

static void make_settings(struct rpc_channel *ch)
{
    if (nghttp2_session_callbacks_new(&ch->callbacks) || nghttp2_option_new(&ch->settings))
        abort();
    rpc_channel_call_callbacks(ch->callbacks);
    nghttp2_option_set_no_closed_streams(ch->settings, 1);
    nghttp2_option_set_no_auto_window_update(ch->settings, 1);
}

struct rpc_channel *rpc_channel_create(const struct rpc_channel_options *options)
{
    struct rpc_channel *ch = calloc(1, sizeof(*ch));

    if (!ch || !(ch->address = strndup(options->address.ptr, options->address.len)))
        abort();
    ch->options = *options;
    ch->options.address = str_of(ch->address);
    ch->options.connections = connections_of(options);
    ch->refs = 1;
    pthread_mutex_init(&ch->lock, NULL);
    make_settings(ch);
    return ch;
}

/* One that the end has not reached yet, with a reference. */
static struct rpc_channel_conn *next_to_end(struct rpc_channel *ch)
{
    pthread_mutex_lock(&ch->lock);
    struct rpc_channel_conn *conn = ch->conns;

    while (conn && conn->ended)
        conn = conn->next;
    if (conn) {
        conn->ended = true;
        conn->refs++;
    }
    pthread_mutex_unlock(&ch->lock);
    return conn;
}

static void let_go(struct rpc_channel *ch, struct rpc_channel_conn *conn)
{
    pthread_mutex_lock(&ch->lock);
    conn = conn_unref(ch, conn);
    pthread_mutex_unlock(&ch->lock);
    rpc_channel_conn_destroy(conn);
}

void rpc_channel_destroy(struct rpc_channel *ch)
{
    if (!ch)
        return;
    pthread_mutex_lock(&ch->lock);
    ch->closed = true;
    pthread_mutex_unlock(&ch->lock);
    for (struct rpc_channel_conn *conn; (conn = next_to_end(ch)) != NULL; let_go(ch, conn)) {
        pthread_mutex_lock(&conn->link.lock);
        rpc_channel_conn_end(conn, "the channel was closed");
        rpc_channel_conn_unlock(conn);
    }
    for (size_t i = 0; i < ch->options.connections; i++)
        if (ch->slots[i])
            let_go(ch, ch->slots[i]);
    pthread_mutex_lock(&ch->lock);
    bool last = --ch->refs == 0;

    pthread_mutex_unlock(&ch->lock);
    if (last)
        channel_free(ch);
}
