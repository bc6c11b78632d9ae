/* Connections: a list, and a thread that shuts down those that are too slow. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "connections.h"

#include <linux/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"

enum { LOOK_EVERY_MS = 500 };

struct connections {
    struct connection_limits limits;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t stopping;
    struct connection *first;
    size_t count;
    struct pollfd *polled; /* one for each, in the order of the list */
    size_t polled_room;
    struct address_counts *counts;
    uint64_t cut, refused;
    bool cutting; /* all of them */
    bool stop;
};

/* What the client has taken of all we ever sent it, and whether it is to take more: the kernel
 * knows. */
static int64_t taken(const struct connection *one, bool *more)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);

    *more = false;
    if (getsockopt(one->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return 0;
    *more = info.tcpi_unacked > 0 || info.tcpi_notsent_bytes > 0;
    return (int64_t)info.tcpi_bytes_acked;
}

/*
 * In every window the rate must be reached anew: who was fast at first may not rest on it. A window
 * ends as soon as its bytes are there, so that a pause is never counted twice.
 */
static bool behind(struct connection *one, int64_t now, int64_t bytes, int64_t window_ms,
                   int64_t rate)
{
    int64_t since = atomic_load(&one->since_ns);

    if (one->mark.since_ns != since) {
        one->mark.since_ns = one->mark.at_ns = since;
        one->mark.bytes = atomic_load(&one->phase) == CONNECTION_BODY ? 0 : bytes;
    }
    if (bytes - one->mark.bytes >= window_ms * rate / CLOCK_MS_PER_S) {
        one->mark.at_ns = now;
        one->mark.bytes = bytes;
    }
    return now - one->mark.at_ns > window_ms * CLOCK_NS_PER_MS;
}

/* Time counts while there is something to be taken. */
static bool stream_is_behind(struct connection *one, int64_t now, int64_t window_ms, int64_t rate)
{
    bool more;
    int64_t bytes = taken(one, &more);

    if (more)
        return behind(one, now, bytes, window_ms, rate);
    one->mark.since_ns = atomic_load(&one->since_ns);
    one->mark.at_ns = now;
    one->mark.bytes = bytes;
    return false;
}

static bool too_slow(const struct connections *all, struct connection *one, int64_t now)
{
    int64_t spent_ms = (now - atomic_load(&one->since_ns)) / CLOCK_NS_PER_MS;
    const struct connection_limits *l = &all->limits;
    bool more;

    switch (atomic_load(&one->phase)) {
    case CONNECTION_IDLE:
        return spent_ms > l->idle_ms;
    case CONNECTION_HEADERS:
        return spent_ms > l->header_ms;
    case CONNECTION_BODY:
        return behind(one, now, atomic_load(&one->bytes), l->body_window_ms, l->body_min_rate);
    case CONNECTION_REPLY:
        return behind(one, now, taken(one, &more), l->reply_window_ms, l->reply_min_rate);
    case CONNECTION_STREAM:
        return stream_is_behind(one, now, l->reply_window_ms, l->reply_min_rate);
    default:
        return false;
    }
}

/* The socket stays the library's: it sees the end of the stream and closes it. */
static void cut_off(struct connections *all, struct connection *one)
{
    (void)shutdown(one->fd, SHUT_RDWR);
    connection_enter(one, CONNECTION_BUSY);
    atomic_store(&one->gone, true);
    all->cut++;
}

static void poll_all(struct connections *all)
{
    size_t n = 0;

    if (all->count > all->polled_room) {
        all->polled_room = all->count * 2;
        all->polled = realloc(all->polled, all->polled_room * sizeof(*all->polled));
        if (!all->polled)
            abort();
    }
    for (struct connection *one = all->first; one; one = one->next)
        all->polled[n++] = (struct pollfd){.fd = one->fd, .events = POLLRDHUP};
    (void)poll(all->polled, n, 0);
}

/* Nobody waits for this socket while its reply has nothing to say. */
static void leave_stream(struct connection *one)
{
    (void)shutdown(one->fd, SHUT_RDWR);
    atomic_store(&one->gone, true);
}

/*
 * libmicrohttpd 0.9.75 waits for edges, and after a short read for the next one: an end that came
 * together with the last bytes is never seen. Shutting down what the client has shut down already
 * is such an edge, and loses nothing that is still to be read.
 */
static void look_at_all(struct connections *all)
{
    int64_t now = clock_monotonic_ns();
    size_t i = 0;

    poll_all(all);
    for (struct connection *one = all->first; one; one = one->next, i++) {
        int phase = atomic_load(&one->phase);
        bool busy = phase == CONNECTION_BUSY || phase == CONNECTION_REPLY;
        bool left = all->polled[i].revents & (POLLRDHUP | POLLHUP | POLLERR);

        if (all->cutting)
            (void)shutdown(one->fd, SHUT_RDWR);
        else if (too_slow(all, one, now))
            cut_off(all, one);
        else if (left && phase == CONNECTION_STREAM)
            leave_stream(one);
        else if (left && !busy)
            (void)shutdown(one->fd, SHUT_RD);
    }
}

static void *watch(void *arg)
{
    struct connections *all = arg;
    struct timespec until;

    (void)pthread_setname_np(pthread_self(), "slow-clients");
    pthread_mutex_lock(&all->lock);
    while (!all->stop) {
        int64_t next = clock_monotonic_ns() + LOOK_EVERY_MS * (int64_t)CLOCK_NS_PER_MS;

        until = (struct timespec){next / CLOCK_NS_PER_S, next % CLOCK_NS_PER_S};
        (void)pthread_cond_timedwait(&all->stopping, &all->lock, &until);
        look_at_all(all);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

struct connections *connections_create(const struct connection_limits *limits)
{
    struct connections *all = calloc(1, sizeof(*all));
    pthread_condattr_t attr;

    if (!all || pthread_mutex_init(&all->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&all->stopping, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    all->limits = *limits;
    all->counts = address_counts_create();
    if (pthread_create(&all->thread, NULL, watch, all) != 0)
        abort();
    return all;
}

void connections_destroy(struct connections *all)
{
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->stop = true;
    pthread_mutex_unlock(&all->lock);
    pthread_cond_signal(&all->stopping);
    pthread_join(all->thread, NULL);
    pthread_cond_destroy(&all->stopping);
    pthread_mutex_destroy(&all->lock);
    address_counts_destroy(all->counts);
    free(all->polled);
    free(all);
}

bool connections_admit(struct connections *all, const struct sockaddr *address)
{
    struct address from = address_of(address);
    bool proxied = proxies_trust(all->limits.proxies, &from);

    pthread_mutex_lock(&all->lock);
    bool room = all->count < all->limits.max &&
                (proxied || address_counts_get(all->counts, &from) < all->limits.per_address);

    all->refused += !room;
    pthread_mutex_unlock(&all->lock);
    return room;
}

struct connection *connections_add(struct connections *all, int fd, const struct sockaddr *address)
{
    struct connection *one = calloc(1, sizeof(*one));

    if (!one)
        abort();
    one->fd = fd;
    one->address = address_of(address);
    one->proxied = proxies_trust(all->limits.proxies, &one->address);
    address_format(&one->address, one->peer);
    address_format_block(&one->address, one->block);
    connection_enter(one, CONNECTION_IDLE);
    pthread_mutex_lock(&all->lock);
    one->next = all->first;
    one->link = &all->first;
    if (one->next)
        one->next->link = &one->next;
    all->first = one;
    all->count++;
    one->counted = address_counts_add(all->counts, &one->address);
    pthread_mutex_unlock(&all->lock);
    return one;
}

void connections_remove(struct connections *all, struct connection *one)
{
    pthread_mutex_lock(&all->lock);
    *one->link = one->next;
    if (one->next)
        one->next->link = one->link;
    all->count--;
    address_counts_remove(all->counts, one->counted);
    pthread_mutex_unlock(&all->lock);
    free(one);
}

void connection_enter(struct connection *one, enum connection_phase phase)
{
    atomic_store_explicit(&one->bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&one->since_ns, clock_monotonic_ns(), memory_order_relaxed);
    atomic_store_explicit(&one->phase, phase, memory_order_release);
}

void connections_cut_all(struct connections *all)
{
    pthread_mutex_lock(&all->lock);
    all->cutting = true;
    pthread_mutex_unlock(&all->lock);
    pthread_cond_signal(&all->stopping);
}

size_t connections_count(struct connections *all)
{
    pthread_mutex_lock(&all->lock);
    size_t count = all->count;

    pthread_mutex_unlock(&all->lock);
    return count;
}

uint64_t connections_cut(struct connections *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t cut = all->cut;

    pthread_mutex_unlock(&all->lock);
    return cut;
}

uint64_t connections_refused(struct connections *all)
{
    pthread_mutex_lock(&all->lock);
    uint64_t refused = all->refused;

    pthread_mutex_unlock(&all->lock);
    return refused;
}
