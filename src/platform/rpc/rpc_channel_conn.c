/* One connection of a channel: whoever waits for a reply reads for all who wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "rpc_channel_parts.h"
#include "rpc_sleep.h"

/* ---- life ---- */

struct rpc_channel_conn *rpc_channel_conn_create(struct rpc_channel *ch)
{
    struct rpc_channel_conn *conn = malloc(sizeof(*conn));

    if (!conn)
        abort();
    memset(conn, 0, offsetof(struct rpc_channel_conn, bytes)); /* no page of the rest is touched */
    rpc_link_init(&conn->link);
    conn->ch = ch;
    conn->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return conn;
}

void rpc_channel_conn_destroy(struct rpc_channel_conn *conn)
{
    if (!conn)
        return;
    if (conn->link.session)
        rpc_link_close(&conn->link);
    rpc_link_fini(&conn->link);
    if (conn->wake >= 0)
        close(conn->wake);
    free(conn);
}

void rpc_channel_conn_poke(struct rpc_channel_conn *conn)
{
    if (conn->reading && conn->wake >= 0)
        (void)!write(conn->wake, &(uint64_t){1}, sizeof(uint64_t));
}

/* ---- those who wait ---- */

static void waiter_add(struct rpc_channel_conn *conn, struct rpc_channel_call *call)
{
    atomic_store(&call->woken, SLEEP_ON);
    call->next_waiter = NULL;
    call->last_waiter = conn->last_waiter;
    if (conn->last_waiter)
        conn->last_waiter->next_waiter = call;
    else
        conn->first_waiter = call;
    conn->last_waiter = call;
    call->waiting = true;
}

static void waiter_remove(struct rpc_channel_conn *conn, struct rpc_channel_call *call)
{
    if (call->last_waiter)
        call->last_waiter->next_waiter = call->next_waiter;
    else
        conn->first_waiter = call->next_waiter;
    if (call->next_waiter)
        call->next_waiter->last_waiter = call->last_waiter;
    else
        conn->last_waiter = call->last_waiter;
    call->waiting = false;
}

void rpc_channel_conn_news(struct rpc_channel_call *call)
{
    struct rpc_channel_conn *conn = call->conn;

    if (!call->waiting)
        return;
    waiter_remove(conn, call);
    call->news = call->done ? SLEEP_OVER : SLEEP_LOOK;
    call->next_waiter = conn->news;
    conn->news = call;
}

/* Somebody has to read for those who still wait. */
static void pass_on(struct rpc_channel_conn *conn)
{
    if (!conn->reading && conn->first_waiter)
        rpc_channel_conn_news(conn->first_waiter);
}

/* A call that is over may be gone as soon as its caller is awake. */
static void wake_all(struct rpc_channel_call *call)
{
    for (struct rpc_channel_call *next; call; call = next) {
        next = call->next_waiter;
        rpc_sleep_end(&call->woken, call->news);
    }
}

/* Those who wake up want the lock: it is free by then. */
void rpc_channel_conn_unlock(struct rpc_channel_conn *conn)
{
    struct rpc_channel_call *news = conn->news;

    conn->news = NULL;
    pthread_mutex_unlock(&conn->link.lock);
    wake_all(news);
}

/* By one who has a call on it. Those who wake up mostly call again: one write for all who do so
 * while the others are being woken. */
static void unlock_holding_back(struct rpc_channel_conn *conn)
{
    if (conn->news && rpc_link_hold(&conn->link)) {
        rpc_channel_conn_unlock(conn);
        pthread_mutex_lock(&conn->link.lock);
        rpc_link_let_go(&conn->link);
        rpc_channel_conn_flush(conn);
    }
    rpc_channel_conn_unlock(conn);
}

/* ---- the end of it ---- */

/* All calls on it are over. By the one who reads, or while nobody does. */
static void lose_all(struct rpc_channel_conn *conn, const char *why)
{
    atomic_store(&conn->leaving, true);
    if (conn->link.session)
        rpc_link_close(&conn->link);
    while (conn->calls)
        rpc_channel_call_lose(conn->calls, ERR_UNAVAILABLE, why);
}

void rpc_channel_conn_end(struct rpc_channel_conn *conn, const char *why)
{
    atomic_store(&conn->leaving, true);
    if (!conn->reading) {
        lose_all(conn, why);
        return;
    }
    rpc_link_break(&conn->link);
    while (conn->calls)
        rpc_channel_call_lose(conn->calls, ERR_CANCELLED, why);
    rpc_channel_conn_poke(conn);
}

/* ---- connecting ---- */

static nghttp2_session *session_new(struct rpc_channel_conn *conn)
{
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, RPC_LINK_STREAM_WINDOW},
    };
    nghttp2_session *session = NULL;

    if (nghttp2_session_client_new2(&session, conn->ch->callbacks, conn, conn->ch->settings) ||
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, COUNT(settings)) ||
        nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, RPC_LINK_WINDOW))
        abort(); /* only for want of memory */
    return session;
}

static struct rpc_tls_pipe *tls_new(const struct rpc_channel *ch, struct ctx *c)
{
    if (!ch->options.tls)
        return NULL;
    struct str host = rpc_address_host(ch->options.address);

    return rpc_tls_pipe_call(ch->options.tls, arena_copy(c->arena, host).ptr);
}

/* The next address that lets us try; -1: there is none. */
static int next_socket(struct rpc_channel_conn *conn, struct ctx *c)
{
    int fd = -1;

    while (fd < 0 && conn->address < conn->addresses.count)
        if (rpc_address_connect(c, &conn->addresses, conn->address++, &fd))
            fd = -1;
    return fd;
}

static void set_connecting(struct rpc_channel_conn *conn)
{
    conn->connecting = true;
    conn->began_ns = conn->heard_ns = clock_monotonic_ns();
    conn->connect_by_ns = conn->heard_ns + conn->ch->options.connect_ms * CLOCK_NS_PER_MS;
}

void rpc_channel_conn_adopt(struct rpc_channel_conn *conn, int fd, struct rpc_tls_pipe *tls)
{
    conn->started = true;
    rpc_link_open(&conn->link, fd, session_new(conn), tls);
    set_connecting(conn);
}

void rpc_channel_conn_start(struct rpc_channel_conn *conn, struct ctx *c)
{
    if (conn->started)
        return;
    conn->started = true;
    struct err *e = rpc_address_find(c, conn->ch->options.address, &conn->addresses);
    int fd = e ? -1 : next_socket(conn, c);

    if (fd < 0) {
        atomic_store(&conn->leaving, true);
        rpc_channel_failed(conn->ch);
        return;
    }
    rpc_channel_conn_adopt(conn, fd, tls_new(conn->ch, c));
}

/* A name may have several addresses. By the one who reads, or while nobody does. */
static void connect_failed(struct rpc_channel_conn *conn, const char *why)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    int fd = next_socket(conn, &(struct ctx){.arena = &arena});

    if (fd < 0) {
        rpc_channel_failed(conn->ch);
        lose_all(conn, why);
        return;
    }
    close(conn->link.fd);
    conn->link.fd = fd;
    set_connecting(conn);
}

/* The socket tells how connecting went. */
static void connected(struct rpc_channel_conn *conn)
{
    int failed = 0;
    socklen_t len = sizeof(failed);

    if (getsockopt(conn->link.fd, SOL_SOCKET, SO_ERROR, &failed, &len) || failed)
        connect_failed(conn, "the peer refuses connections");
    else
        conn->connecting = false;
}

static bool is_writable(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLOUT};

    return poll(&one, 1, 0) == 1;
}

/* On this machine a connection is there at once. */
void rpc_channel_conn_flush(struct rpc_channel_conn *conn)
{
    if (conn->connecting && !conn->reading && is_writable(conn->link.fd))
        connected(conn);
    if (conn->connecting || !conn->link.session)
        return;
    rpc_link_flush(&conn->link);
    if (conn->link.blocked)
        rpc_channel_conn_poke(conn);
    if (conn->link.broken && !conn->reading && conn->link.session)
        lose_all(conn, "the connection broke");
}

/* ---- reading ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* When the one who reads has to look up again, whatever comes; 0: never. */
static int64_t look_up_ns(const struct rpc_channel_conn *conn, int64_t deadline_ns)
{
    int64_t keepalive_ns = conn->ch->options.keepalive_ms * CLOCK_NS_PER_MS;

    if (conn->connecting)
        return earlier(deadline_ns, conn->connect_by_ns);
    return keepalive_ns ? earlier(deadline_ns, conn->heard_ns + keepalive_ns) : deadline_ns;
}

static void wait_for_socket(struct pollfd *fds, size_t count, int64_t until_ns)
{
    int64_t left = until_ns - clock_monotonic_ns();
    struct timespec time = {.tv_sec = left > 0 ? left / CLOCK_NS_PER_S : 0,
                            .tv_nsec = left > 0 ? left % CLOCK_NS_PER_S : 0};

    if (ppoll(fds, count, until_ns ? &time : NULL, NULL) <= 0)
        fds[0].revents = fds[1].revents = 0;
}

/* A peer that ends the connection without a word has not served anything: it would have greeted
 * first. One that merely keeps silent may still do it. */
static void mark_unseen(struct rpc_channel_conn *conn)
{
    for (struct rpc_channel_call *call = conn->calls; call; call = call->right)
        call->unseen |= !conn->heard;
}

static void take_bytes(struct rpc_channel_conn *conn, ssize_t n, int failed)
{
    if (failed == EAGAIN || failed == EINTR)
        return;
    if (n <= 0 || !rpc_link_take(&conn->link, conn->bytes, (size_t)n)) {
        if (n <= 0 || conn->link.why)
            mark_unseen(conn);
        lose_all(conn, conn->link.why ? conn->link.why : "the connection broke");
        return;
    }
    conn->heard_ns = clock_monotonic_ns();
    conn->pinged = false;
}

/* Nobody has looked for a while: what came meanwhile may be the end of it, behind what was said
 * last. A call costs this only after a pause. */
void rpc_channel_conn_check(struct rpc_channel_conn *conn)
{
    enum { PAUSE_NS = 1000000 };
    int64_t now = clock_monotonic_ns();

    if (conn->calls || conn->reading || conn->connecting || !conn->link.session)
        return;
    if (now - conn->heard_ns < PAUSE_NS)
        return;
    conn->heard_ns = now;
    conn->pinged = false;
    for (ssize_t n = 1; n > 0 && conn->link.session;) {
        n = recv(conn->link.fd, conn->bytes, sizeof(conn->bytes), 0);
        take_bytes(conn, n, n < 0 ? errno : 0);
    }
}

/*
 * No new calls come here. Those that would wait for ever are over. One with a deadline waits for
 * that: until then a peer that was merely stopped may still do it, and whoever gave it up would be
 * surprised.
 */
static void fall_silent(struct rpc_channel_conn *conn)
{
    static const char why[] = "the peer has fallen silent";

    atomic_store(&conn->leaving, true);
    for (struct rpc_channel_call *call = conn->calls, *next; call; call = next) {
        next = call->right;
        if (!call->timed)
            rpc_channel_call_fail(call, ERR_UNAVAILABLE, why);
    }
    if (!conn->calls)
        lose_all(conn, why);
}

/* Nothing came for a while: ask; nothing came after that either: nobody waits for it any more. */
static void check_silence(struct rpc_channel_conn *conn)
{
    int64_t now = clock_monotonic_ns(),
            keepalive_ns = conn->ch->options.keepalive_ms * CLOCK_NS_PER_MS;

    if (conn->connecting && now >= conn->connect_by_ns) {
        connect_failed(conn, "the peer does not answer");
        return;
    }
    if (conn->connecting || !keepalive_ns || now < conn->heard_ns + keepalive_ns)
        return;
    conn->heard_ns = now;
    if (conn->pinged) {
        fall_silent(conn);
        return;
    }
    conn->pinged = true;
    (void)nghttp2_submit_ping(conn->link.session, NGHTTP2_FLAG_NONE, NULL);
}

static void after_reading(struct rpc_channel_conn *conn)
{
    if (conn->link.session)
        check_silence(conn);
    if (conn->link.session)
        rpc_channel_conn_flush(conn);
    if (conn->link.session && rpc_link_is_over(&conn->link))
        lose_all(conn, "the peer closed the connection");
}

/* One wait for the socket; the lock is given up meanwhile. */
static void read_once(struct rpc_channel_conn *conn, int64_t deadline_ns)
{
    struct pollfd fds[] = {{.fd = conn->link.fd, .events = POLLIN},
                           {.fd = conn->wake, .events = POLLIN}};
    int64_t until_ns = look_up_ns(conn, deadline_ns);
    ssize_t n = 0;
    int failed = EAGAIN;
    uint64_t woken;

    if (conn->connecting || conn->link.blocked)
        fds[0].events |= POLLOUT;
    conn->reading = true;
    unlock_holding_back(conn);
    wait_for_socket(fds, COUNT(fds), until_ns);
    if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
        n = recv(fds[0].fd, conn->bytes, sizeof(conn->bytes), 0);
        failed = n < 0 ? errno : 0;
    }
    if (fds[1].revents)
        (void)!read(conn->wake, &woken, sizeof(woken));
    pthread_mutex_lock(&conn->link.lock);
    conn->reading = false;
    if (conn->connecting && fds[0].revents)
        connected(conn);
    if (conn->link.session)
        take_bytes(conn, n, failed);
    after_reading(conn);
}

/* ---- waiting ---- */

/* The deadline has come: nobody is to wake it any more, or somebody is just about to. */
static void stop_waiting(struct rpc_channel_conn *conn, struct rpc_channel_call *call)
{
    pthread_mutex_lock(&conn->link.lock);
    bool waited = call->waiting;

    if (waited)
        waiter_remove(conn, call);
    rpc_channel_conn_unlock(conn);
    if (!waited)
        (void)rpc_sleep(&call->woken, SLEEP_ON, 0);
}

/* Lock held, given up meanwhile; not held when this returns true: the call is over, and nobody else
 * touches it. */
static bool wait_for_reader(struct rpc_channel_conn *conn, struct rpc_channel_call *call,
                            int64_t deadline_ns)
{
    waiter_add(conn, call);
    rpc_channel_conn_unlock(conn);
    if (!rpc_sleep(&call->woken, SLEEP_ON, deadline_ns))
        stop_waiting(conn, call);
    if (atomic_load(&call->woken) == SLEEP_OVER)
        return true;
    pthread_mutex_lock(&conn->link.lock);
    return false;
}

bool rpc_channel_conn_wait(struct rpc_channel_conn *conn, struct rpc_channel_call *call,
                           int64_t deadline_ns)
{
    bool in_time = true;

    pthread_mutex_lock(&conn->link.lock);
    while (in_time && !rpc_channel_call_has_news(call)) {
        if (!conn->reading)
            read_once(conn, deadline_ns);
        else if (wait_for_reader(conn, call, deadline_ns))
            return true;
        in_time = !deadline_ns || clock_monotonic_ns() < deadline_ns;
    }
    pass_on(conn);
    bool news = rpc_channel_call_has_news(call);

    unlock_holding_back(conn);
    return news;
}
