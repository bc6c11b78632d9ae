/* The load client: keep-alive connections on one thread, as fast as answers come or at a constant
 * rate. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "attr.h"
#include "clock.h"
#include "latency.h"
#include "load_options.h"
#include "requests.h"

enum {
    EVENTS = 256,
    WAIT_MAX_MS = 100,
    ADDRESSES = 250,
    USAGE = 64,
    UNREACHABLE = 69,
};

/* One connection. */
struct link {
    int fd;
    bool busy;
    int64_t due_ns, sent_ns; /* when its request should have been sent, and when it was */
    struct answer answer;
};

/*
 * At a constant rate the n-th request is due at a time that does not depend on the server. If no
 * connection is free then, it is sent later, but its latency still counts from when it was due:
 * otherwise a server that stalls would be asked less, and look good ("coordinated omission").
 */
struct load {
    struct load_options options;
    struct requests requests;
    struct link *links;
    struct link **idle; /* a ring: who has rested longest is next */
    size_t idle_first, idle_count;
    int epoll;
    int64_t start_ns, end_ns, last_ns;
    int64_t begun, done, errors, lost;
    uint64_t bytes;
    struct latency from_due, from_sent;
};

static int64_t nanoseconds(double seconds)
{
    return (int64_t)(seconds * (double)CLOCK_NS_PER_S);
}

/* ---- connections ---- */

static size_t count_of(const struct load *l)
{
    return (size_t)l->options.connections;
}

static struct sockaddr_in address(uint32_t host, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(host), .sin_port = htons(port)};
}

/* 127.1.0.1 and on, so that one client looks like many. */
static bool bind_source(const struct load *l, int fd, size_t index)
{
    uint32_t n = (uint32_t)(index % (size_t)l->options.sources);
    struct sockaddr_in from =
        address((127U << 24) + (1U << 16) + ((n / ADDRESSES) << 8) + 1 + n % ADDRESSES, 0);
    int one = 1;

    return setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one)) == 0 &&
           bind(fd, (const struct sockaddr *)(const void *)&from, sizeof(from)) == 0;
}

static bool connect_link(struct load *l, struct link *link)
{
    struct sockaddr_in to = address(INADDR_LOOPBACK, l->options.port);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
    int one = 1;

    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0 ||
        (l->options.sources && !bind_source(l, link->fd, (size_t)(link - l->links))) ||
        connect(link->fd, (const struct sockaddr *)(const void *)&to, sizeof(to)) != 0)
        return false;
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, link->fd, &event) == 0;
}

static void rest(struct load *l, struct link *link)
{
    link->busy = false;
    l->idle[(l->idle_first + l->idle_count++) % count_of(l)] = link;
}

static struct link *take_idle(struct load *l)
{
    struct link *link = l->idle[l->idle_first];

    l->idle_first = (l->idle_first + 1) % count_of(l);
    l->idle_count--;
    return link;
}

static bool connect_all(struct load *l)
{
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->links = calloc(count_of(l), sizeof(*l->links));
    l->idle = calloc(count_of(l), sizeof(struct link *));
    if (!l->links || !l->idle)
        abort();
    for (size_t i = 0; i < count_of(l); i++) {
        if (!connect_link(l, &l->links[i]))
            return false;
        rest(l, &l->links[i]);
    }
    return true;
}

static void connect_again(struct load *l, struct link *link)
{
    close(link->fd);
    if (connect_link(l, link))
        return;
    perror("load: connect again");
    exit(UNREACHABLE);
}

/* A connection that broke under a request is an error. */
static void replace(struct load *l, struct link *link)
{
    l->errors++;
    connect_again(l, link);
    rest(l, link);
}

/* ---- requests ---- */

static int64_t due_of(const struct load *l, int64_t n, int64_t now)
{
    if (l->options.rate <= 0)
        return now;
    return l->start_ns + nanoseconds((double)n / l->options.rate);
}

/* Is there still something to begin, now or later? */
static bool goes_on(const struct load *l, int64_t now)
{
    return due_of(l, l->begun, now) < l->end_ns &&
           (!l->options.requests || l->begun < l->options.requests);
}

static void ask(struct load *l, struct link *link, int64_t now)
{
    struct str text = requests_next(&l->requests);

    link->due_ns = due_of(l, l->begun++, now);
    link->sent_ns = now;
    link->busy = true;
    link->answer.len = 0;
    link->answer.known = false;
    if (send(link->fd, text.ptr, text.len, MSG_NOSIGNAL) != (ssize_t)text.len)
        replace(l, link);
}

static void ask_what_is_due(struct load *l)
{
    int64_t now = clock_monotonic_ns();

    while (l->idle_count && goes_on(l, now) && due_of(l, l->begun, now) <= now)
        ask(l, take_idle(l), now);
}

static void count_answer(struct load *l, struct link *link)
{
    l->last_ns = clock_monotonic_ns();
    latency_add(&l->from_due, l->last_ns - link->due_ns);
    latency_add(&l->from_sent, l->last_ns - link->sent_ns);
    l->done++;
    l->errors += !link->answer.good;
    rest(l, link);
}

static void hear(struct load *l, struct link *link)
{
    switch (answer_take(&link->answer, link->fd, l->options.expect, &l->bytes)) {
    case ANSWER_WHOLE:
        count_answer(l, link);
        break;
    case ANSWER_BROKEN:
        if (link->busy)
            replace(l, link);
        else /* the server may end what rests */
            connect_again(l, link);
        break;
    default:
        break;
    }
}

/* ---- the run ---- */

static struct timespec until_next(const struct load *l)
{
    int64_t now = clock_monotonic_ns(), wait = WAIT_MAX_MS * (int64_t)CLOCK_NS_PER_MS;
    int64_t next = due_of(l, l->begun, now) - now;

    if (l->options.rate > 0 && l->idle_count && next < wait && goes_on(l, now))
        wait = next > 0 ? next : 0;
    return (struct timespec){wait / CLOCK_NS_PER_S, wait % CLOCK_NS_PER_S};
}

static bool is_over(const struct load *l)
{
    int64_t now = clock_monotonic_ns();

    if (now > l->end_ns + nanoseconds(l->options.grace))
        return true;
    return !goes_on(l, now) && l->idle_count == count_of(l);
}

/* What was never answered, or never sent although it was due, took at least until now. */
static void count_lost(struct load *l)
{
    int64_t now = clock_monotonic_ns();

    for (size_t i = 0; i < count_of(l); i++) {
        if (l->links[i].busy) {
            latency_add(&l->from_due, now - l->links[i].due_ns);
            latency_add(&l->from_sent, now - l->links[i].sent_ns);
            l->lost++;
        }
    }
    for (; l->options.rate > 0 && goes_on(l, now); l->begun++) {
        latency_add(&l->from_due, now - due_of(l, l->begun, now));
        l->lost++;
    }
}

static void run(struct load *l)
{
    struct epoll_event events[EVENTS];

    l->requests.next = l->options.from;
    l->requests.random = l->options.random;
    l->start_ns = l->last_ns = clock_monotonic_ns();
    l->end_ns = l->start_ns + nanoseconds(l->options.seconds);
    while (!is_over(l)) {
        ask_what_is_due(l);
        struct timespec wait = until_next(l);
        int count = epoll_pwait2(l->epoll, events, EVENTS, &wait, NULL);

        for (int i = 0; i < count; i++) {
            hear(l, events[i].data.ptr);
            ask_what_is_due(l);
        }
    }
    count_lost(l);
}

static double us(int64_t ns)
{
    return (double)ns / 1e3;
}

static void print_latency(const char *name, const struct latency *l)
{
    printf("\"%s\": {\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f}",
           name, us(latency_at(l, 0.5)), us(latency_at(l, 0.99)), us(latency_at(l, 0.999)),
           us(l->max_ns));
}

static void print(const struct load *l)
{
    double seconds = (double)(l->last_ns - l->start_ns) / (double)CLOCK_NS_PER_S;

    printf("{\"requests\": %" PRId64 ", \"errors\": %" PRId64 ", \"lost\": %" PRId64
           ", \"bytes\": %" PRIu64 ", \"seconds\": %.6f, \"per_second\": %.1f, ",
           l->done, l->errors, l->lost, l->bytes, seconds,
           seconds > 0 ? (double)l->done / seconds : 0);
    print_latency("latency", &l->from_due);
    printf(", ");
    print_latency("from_sending", &l->from_sent);
    printf("}\n");
}

static void load_fini(struct load *l)
{
    for (size_t i = 0; l->links && i < count_of(l); i++)
        if (l->links[i].fd > 0)
            close(l->links[i].fd);
    close(l->epoll);
    free(l->links);
    free(l->idle);
    requests_fini(&l->requests);
}

int main(int argc, char **argv)
{
    static struct load load; /* zeroed: the histograms are too large for the stack */
    const char *wrong = NULL;
    char host[32];

    if (!load_options_read(argc, argv, &load.options))
        return USAGE;
    (void)snprintf(host, sizeof(host), "127.0.0.1:%u", load.options.port);
    (void)prctl(PR_SET_TIMERSLACK, 1UL);
    if (!requests_read(&load.requests, load.options.file, host, &wrong)) {
        (void)fprintf(stderr, "load: %s: %s\n", load.options.file, wrong);
        return USAGE;
    }
    if (!connect_all(&load)) {
        perror("load: connect");
        return UNREACHABLE;
    }
    run(&load);
    print(&load);
    load_fini(&load);
    return 0;
}
