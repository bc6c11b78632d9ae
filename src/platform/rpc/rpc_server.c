/* The gRPC server: threads that watch sockets, threads that run handlers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_server.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "rpc_address.h"
#include "rpc_server_parts.h"

const struct rpc_server_options rpc_server_defaults = {
    .listen = STR_INIT("127.0.0.1:0"),
    .pollers = 2,
    .workers = 8,
    .queue_max = 256,
    .connections_max = 1024,
    .streams_max = 256,
    .message_max = 4 << 20,
    .idle_ms = 0,
    .age_ms = 0,
};

enum { RESETS_BURST = 2000, RESETS_PER_S = 1000, ACKS_MAX = 256, THREAD_STACK = 256 * 1024 };

/* ---- threads ---- */

/* Runs one itself, and the rest of the queue, when another thread goes on watching. */
static void run_or_queue(struct rpc_server *s, struct rpc_server_call *calls)
{
    bool stay = atomic_fetch_sub(&s->polling, 1) == 1;
    struct rpc_server_call *own = stay ? NULL : calls, *rest = stay ? calls : calls->next;

    if (rest)
        rest = rpc_server_queue_push(&s->queue, rest);
    for (struct rpc_server_call *next; rest; rest = next) {
        next = rest->next;
        rpc_server_call_refuse(rest);
    }
    for (; own; own = rpc_server_queue_take(&s->queue))
        rpc_server_call_run(own);
    atomic_fetch_add(&s->polling, 1);
}

static void on_event(struct rpc_server *s, void *what)
{
    struct rpc_server_call *calls;

    if (what == s) {
        rpc_server_conn_accept(s);
        return;
    }
    calls = rpc_server_conn_event(what);
    if (calls)
        run_or_queue(s, calls);
}

static void *poll_sockets(void *arg)
{
    struct rpc_server *s = arg;
    struct epoll_event event;

    (void)pthread_setname_np(pthread_self(), "rpc-poller");
    while (!atomic_load(&s->stopping))
        if (epoll_wait(s->epoll, &event, 1, -1) == 1 && event.data.ptr)
            on_event(s, event.data.ptr);
    return NULL;
}

static void *work(void *arg)
{
    struct rpc_server *s = arg;

    (void)pthread_setname_np(pthread_self(), "rpc-worker");
    for (struct rpc_server_call *call; (call = rpc_server_queue_wait(&s->queue)) != NULL;)
        rpc_server_call_run(call);
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
    s->listener = s->stop = s->epoll = -1;
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

/* Level-triggered: what every thread is to see, and what one after the other accepts. */
static void watch(struct rpc_server *s, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event))
        abort();
}

struct err *rpc_server_start(struct rpc_server *s, struct ctx *c)
{
    TRY(rpc_address_listen(c, s->options.listen, &s->listener));
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->epoll < 0 || s->stop < 0)
        return err_new(c, ERR_EXHAUSTED, "no descriptors for a server's events");
    watch(s, s->stop, NULL);
    watch(s, s->listener, s);
    start_threads(s);
    return NULL;
}

struct str rpc_server_address(struct rpc_server *s, struct ctx *c)
{
    return rpc_address_of(c, s->listener);
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
        rpc_server_call_run(call);
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
        .calls = atomic_load(&s->calls),
        .failed = atomic_load(&s->failed),
        .refused = atomic_load(&s->refused),
        .connections = atomic_load(&s->open_conns),
        .running = atomic_load(&s->running),
        .queued = rpc_server_queue_depth(&s->queue),
    };
}
