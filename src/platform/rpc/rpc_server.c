/* The gRPC server: threads that watch sockets, threads that run handlers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_server.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "rpc_address.h"
#include "rpc_server_parts.h"
#include "trace.h"

const struct rpc_server_options rpc_server_defaults = {
    .listen = STR_INIT("127.0.0.1:0"),
    .pollers = 2,
    .workers = 8,
    .queue_max = 256,
    .connections_max = 1024,
    .streams_max = 256,
    .message_max = 4 << 20,
    .slow_ms = 30000,
    .idle_ms = 600000,
    .age_ms = 3600000,
    .keepalive_ms = 60000,
};

enum { RESETS_BURST = 2000, RESETS_PER_S = 1000, ACKS_MAX = 256, THREAD_STACK = 512 * 1024 };

/* ---- threads ---- */

/* Others run these, or nobody does. */
static void queue(struct rpc_server *s, struct rpc_server_call *calls)
{
    if (calls)
        calls = rpc_server_queue_push(&s->queue, calls);
    for (struct rpc_server_call *next; calls; calls = next) {
        next = calls->next;
        rpc_server_run_refuse(calls);
    }
}

/* What is not quick holds nobody up: others run those that were read with it. */
static void run_here(struct rpc_server *s, struct rpc_server_call *calls)
{
    struct rpc_server_call *rest = calls->next;

    if (!rpc_server_run_is_quick(calls)) {
        calls->next = NULL;
        queue(s, rest);
    }
    queue(s, rpc_server_run_batch(calls));
}

/* Runs what it has read, and what else waits, when another thread goes on watching. */
static void run_or_queue(struct rpc_server *s, struct rpc_server_call *calls)
{
    if (atomic_fetch_sub(&s->polling, 1) == 1) {
        queue(s, calls);
    } else {
        run_here(s, calls);
        for (struct rpc_server_call *call; (call = rpc_server_queue_take(&s->queue)) != NULL;)
            rpc_server_run(call);
    }
    atomic_fetch_add(&s->polling, 1);
}

static void on_socket(struct rpc_server *s, struct rpc_server_conn *conn, uint32_t events)
{
    struct rpc_server_call *calls;

    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        atomic_store(&conn->hung_up, true);
    calls = rpc_server_conn_event(conn);
    if (calls)
        run_or_queue(s, calls);
}

static void on_timer(struct rpc_server *s)
{
    uint64_t ticks;

    if (read(s->timer, &ticks, sizeof(ticks)) == sizeof(ticks))
        rpc_server_sweep(s);
}

static void on_event(struct rpc_server *s, const struct epoll_event *event)
{
    if (event->data.ptr == s)
        (void)rpc_server_conn_accept(s);
    else if (event->data.ptr == &s->timer)
        on_timer(s);
    else if (event->data.ptr)
        on_socket(s, event->data.ptr, event->events);
}

static void *poll_sockets(void *arg)
{
    struct rpc_server *s = arg;
    struct epoll_event event;

    (void)pthread_setname_np(pthread_self(), "rpc-poller");
    while (!atomic_load(&s->stopping))
        if (epoll_wait(s->epoll, &event, 1, -1) == 1)
            on_event(s, &event);
    return NULL;
}

static void *work(void *arg)
{
    struct rpc_server *s = arg;

    (void)pthread_setname_np(pthread_self(), "rpc-worker");
    for (struct rpc_server_call *call; (call = rpc_server_queue_wait(&s->queue)) != NULL;)
        rpc_server_run(call);
    return NULL;
}

static void start_thread(struct rpc_server *s, void *(*run)(void *))
{
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, THREAD_STACK);
    if (pthread_create(&s->threads[s->thread_count++], &attr, run, s) != 0)
        abort(); /* at start-up, with nothing to lose */
    pthread_attr_destroy(&attr);
}

static void start_threads(struct rpc_server *s)
{
    s->threads = calloc(s->options.pollers + s->options.workers, sizeof(*s->threads));
    if (!s->threads)
        abort();
    atomic_store(&s->polling, s->options.pollers);
    for (size_t i = 0; i < s->options.pollers; i++)
        start_thread(s, poll_sockets);
    for (size_t i = 0; i < s->options.workers; i++)
        start_thread(s, work);
}

/* Those that read first: what they read is still run. */
static void stop_threads(struct rpc_server *s)
{
    atomic_store(&s->stopping, true);
    if (s->stop >= 0)
        (void)!write(s->stop, &(uint64_t){1}, sizeof(uint64_t));
    for (size_t i = 0; i < s->thread_count; i++) {
        if (i == s->options.pollers)
            rpc_server_queue_close(&s->queue);
        pthread_join(s->threads[i], NULL);
    }
    free(s->threads);
}

/* ---- life ---- */

static void make_settings(struct rpc_server *s)
{
    if (nghttp2_session_callbacks_new(&s->callbacks) || nghttp2_option_new(&s->settings))
        abort();
    rpc_server_call_callbacks(s->callbacks);
    nghttp2_option_set_stream_reset_rate_limit(s->settings, RESETS_BURST, RESETS_PER_S);
    nghttp2_option_set_max_outbound_ack(s->settings, ACKS_MAX);
    nghttp2_option_set_no_closed_streams(s->settings, 1);
    nghttp2_option_set_no_auto_window_update(s->settings, 1);
}

struct err *rpc_server_create(struct ctx *c, const struct rpc_server_options *options,
                              struct rpc_server **out)
{
    struct rpc_server *s;

    if (!options->pollers || !options->workers || !options->streams_max)
        return err_new(c, ERR_INVALID, "a server needs pollers, workers and streams");
    s = calloc(1, sizeof(*s));
    if (!s)
        abort();
    s->options = *options;
    atomic_store(&s->spans, trace_new(false).span);
    s->listener = s->stop = s->epoll = s->timer = -1;
    rpc_server_queue_init(&s->queue, options->queue_max);
    pthread_mutex_init(&s->lock, NULL);
    make_settings(s);
    *out = s;
    return NULL;
}

void rpc_server_add(struct rpc_server *s, const struct rpc_service *service)
{
    rpc_routes_add(&s->routes, service);
}

static void watch(struct rpc_server *s, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event))
        abort();
}

static void set_timer(struct rpc_server *s)
{
    int64_t ns = rpc_server_sweep_ms(s) * CLOCK_NS_PER_MS;
    struct timespec every = {.tv_sec = ns / CLOCK_NS_PER_S, .tv_nsec = ns % CLOCK_NS_PER_S};

    (void)timerfd_settime(s->timer, 0, &(struct itimerspec){every, every}, NULL);
}

static struct err *start_listening(struct rpc_server *s, struct ctx *c)
{
    const struct rpc_server_options *o = &s->options;
    struct rpc_addresses all;
    struct err *e;

    TRY(rpc_address_find(c, o->listen, &all));
    if (!o->tls && !o->plain_text_anywhere && !rpc_address_is_loopback(&all))
        return err_new(c, ERR_PRECONDITION,
                       STR_FMT " can be reached from elsewhere: it needs TLS, or a setting that "
                               "allows plain text",
                       STR_ARG(o->listen));
    e = rpc_address_listen(c, &all, o->reuse_port, &s->listener);
    return e ? err_wrap(c, e, STR_FMT, STR_ARG(o->listen)) : NULL;
}

struct err *rpc_server_start(struct rpc_server *s, struct ctx *c)
{
    TRY(start_listening(s, c));
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (s->epoll < 0 || s->stop < 0 || s->timer < 0)
        return err_new(c, ERR_EXHAUSTED, "no descriptors for a server's events");
    set_timer(s);
    watch(s, s->stop, EPOLLIN, NULL); /* level-triggered: every thread is to see it */
    watch(s, s->timer, EPOLLIN | EPOLLET, &s->timer);
    rpc_server_conn_listen(s, true);
    start_threads(s);
    return NULL;
}

struct str rpc_server_address(struct rpc_server *s, struct ctx *c)
{
    return rpc_address_of(c, s->listener);
}

/* ---- ending ---- */

/* New connections go elsewhere; those that the kernel has accepted are told so properly. */
static void stop_listening(struct rpc_server *s)
{
    if (!atomic_exchange(&s->deaf, true))
        rpc_server_conn_listen(s, false);
    while (rpc_server_conn_accept(s))
        ;
    (void)shutdown(s->listener, SHUT_RDWR);
}

static bool is_drained(struct rpc_server_conn *conn)
{
    pthread_mutex_lock(&conn->link.lock);
    bool drained = !conn->open || (conn->phase >= PHASE_LEAVING && !conn->calls);

    pthread_mutex_unlock(&conn->link.lock);
    return drained;
}

static bool all_drained(struct rpc_server *s)
{
    pthread_mutex_lock(&s->lock);
    struct rpc_server_conn *conn = s->conns;

    pthread_mutex_unlock(&s->lock);
    for (; conn; conn = conn->next)
        if (!is_drained(conn))
            return false;
    return true;
}

bool rpc_server_drain(struct rpc_server *s, int64_t timeout_ms)
{
    const struct timespec nap = {.tv_nsec = 5L * CLOCK_NS_PER_MS};
    int64_t until_ns = clock_monotonic_ns() + timeout_ms * CLOCK_NS_PER_MS;

    atomic_store(&s->draining, true);
    stop_listening(s);
    while (!all_drained(s) && clock_monotonic_ns() < until_ns) {
        rpc_server_sweep(s);
        (void)nanosleep(&nap, NULL);
    }
    return all_drained(s);
}

static void close_conns(struct rpc_server *s)
{
    for (struct rpc_server_conn *conn = s->conns; conn; conn = conn->next) {
        pthread_mutex_lock(&conn->link.lock);
        if (conn->open)
            rpc_server_conn_close(conn);
        pthread_mutex_unlock(&conn->link.lock);
    }
}

/* The threads are gone; handlers of streams are still to be told of their end. */
static void run_rest(struct rpc_server *s)
{
    for (struct rpc_server_call *call; (call = rpc_server_queue_take(&s->queue)) != NULL;)
        rpc_server_run(call);
}

static void free_conns(struct rpc_server *s)
{
    for (struct rpc_server_conn *conn = s->conns, *next; conn; conn = next) {
        next = conn->next;
        rpc_server_conn_free(conn);
    }
}

static void free_pool(struct rpc_server *s)
{
    for (struct rpc_server_call *call = s->pool, *next; call; call = next) {
        next = call->next;
        rpc_server_call_free(call);
    }
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void rpc_server_close(struct rpc_server *s)
{
    if (!s)
        return;
    stop_threads(s);
    close_fd(s->listener);
    close_conns(s);
    run_rest(s);
    free_conns(s);
    close_fd(s->epoll);
    close_fd(s->stop);
    close_fd(s->timer);
    free_pool(s);
    rpc_routes_fini(&s->routes);
    rpc_server_queue_fini(&s->queue);
    pthread_mutex_destroy(&s->lock);
    nghttp2_session_callbacks_del(s->callbacks);
    nghttp2_option_del(s->settings);
    free(s);
}

struct rpc_server_stats rpc_server_stats(struct rpc_server *s)
{
    return (struct rpc_server_stats){
        .accepted = atomic_load(&s->accepted),
        .misused = atomic_load(&s->misused),
        .calls = atomic_load(&s->calls),
        .failed = atomic_load(&s->failed),
        .refused = atomic_load(&s->refused),
        .connections = atomic_load(&s->open_conns),
        .running = atomic_load(&s->running),
        .queued = rpc_server_queue_depth(&s->queue),
    };
}
