/* Connections: a list, and a thread that shuts down those that are too slow. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "connections.h"

#include <arpa/inet.h>
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
    uint64_t cut;
    bool cutting; /* all of them */
    bool stop;
};

static bool too_slow(const struct connections *all, struct connection *one, int64_t now)
{
    int64_t spent_ms = (now - atomic_load(&one->since_ns)) / CLOCK_NS_PER_MS;
    const struct connection_limits *l = &all->limits;

    switch (atomic_load(&one->phase)) {
    case CONNECTION_IDLE:
        return spent_ms > l->idle_ms;
    case CONNECTION_HEADERS:
        return spent_ms > l->header_ms;
    case CONNECTION_BODY:
        return spent_ms > l->body_grace_ms &&
               atomic_load(&one->bytes) < spent_ms / CLOCK_MS_PER_S * l->body_min_rate;
    default:
        return false;
    }
}

/* The socket stays the library's: it sees the end of the stream and closes it. */
static void cut_off(struct connections *all, struct connection *one)
{
    (void)shutdown(one->fd, SHUT_RDWR);
    connection_enter(one, CONNECTION_BUSY);
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
        bool busy = atomic_load(&one->phase) == CONNECTION_BUSY;

        if (all->cutting)
            (void)shutdown(one->fd, SHUT_RDWR);
        else if (too_slow(all, one, now))
            cut_off(all, one);
        else if (!busy && (all->polled[i].revents & (POLLRDHUP | POLLHUP | POLLERR)))
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
    free(all->polled);
    free(all);
}

static void name_peer(struct connection *one, const struct sockaddr *address)
{
    const void *bytes = NULL;

    if (address && address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    if (address && address->sa_family == AF_INET6) {
        const struct in6_addr *six =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

        if (IN6_IS_ADDR_V4MAPPED(six)) { /* a v4 client of a dual-stack socket */
            (void)inet_ntop(AF_INET, &six->s6_addr[12], one->peer, sizeof(one->peer));
            return;
        }
        bytes = six;
    }
    if (bytes)
        (void)inet_ntop(address->sa_family, bytes, one->peer, sizeof(one->peer));
}

struct connection *connections_add(struct connections *all, int fd, const struct sockaddr *address)
{
    struct connection *one = calloc(1, sizeof(*one));

    if (!one)
        abort();
    one->fd = fd;
    name_peer(one, address);
    connection_enter(one, CONNECTION_IDLE);
    pthread_mutex_lock(&all->lock);
    one->next = all->first;
    one->link = &all->first;
    if (one->next)
        one->next->link = &one->next;
    all->first = one;
    all->count++;
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
