/* A front before an object store: one thread that accepts, and one for each request. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store_front.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 16384, CHUNK = 65536, LOOK_MS = 20 };

struct passage {
    struct store_front *front;
    int client, store;
    long passed; /* bytes of the reply */
};

static int local_socket(int port, struct sockaddr_in *at)
{
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* Up to its empty line, and perhaps beyond. 0: it does not come. */
static size_t read_head(int fd, char *into)
{
    size_t len = 0;

    while (len < HEAD_MAX) {
        ssize_t got = recv(fd, into + len, HEAD_MAX - len, 0);

        if (got <= 0)
            return 0;
        len += (size_t)got;
        if (memmem(into, len, "\r\n\r\n", 4))
            return len;
    }
    return 0;
}

/* Is one left? Then it is taken. */
static bool one_of(_Atomic int *times)
{
    int left = *times;

    while (left > 0 && !atomic_compare_exchange_weak(times, &left, left - 1))
        continue;
    return left > 0;
}

static bool is_refused(struct store_front *f, struct str head)
{
    const char *text = f->refuse_text;

    if (!text || !memmem(head.ptr, head.len, text, strlen(text)))
        return false;
    return one_of(&f->refuse_times);
}

/* What else it sends is read to its end, so that it gets to read the answer. */
static void refuse(struct passage *p)
{
    char text[256], rest[CHUNK];
    int len = snprintf(text, sizeof(text),
                       "HTTP/1.1 %d No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                       p->front->refuse_status);

    if (!send_all(p->client, text, (size_t)len) || shutdown(p->client, SHUT_WR) != 0)
        return;
    while (recv(p->client, rest, sizeof(rest), 0) > 0)
        continue;
}

/* The store closes after its reply, so that the next request comes by here too. */
static bool pass_head(struct passage *p, struct str head)
{
    static const char closing[] = "Connection: close\r\n";
    size_t line = (size_t)((const char *)memchr(head.ptr, '\n', head.len) - head.ptr) + 1;

    return send_all(p->store, head.ptr, line) && send_all(p->store, closing, sizeof(closing) - 1) &&
           send_all(p->store, head.ptr + line, head.len - line);
}

static bool pass_up(struct passage *p)
{
    char chunk[CHUNK];
    ssize_t got = recv(p->client, chunk, sizeof(chunk), 0);

    if (got > 0 && p->front->spoil)
        chunk[0] = (char)(chunk[0] ^ 1);
    return got > 0 && send_all(p->store, chunk, (size_t)got);
}

static bool pass_down(struct passage *p)
{
    char chunk[CHUNK];
    long hold = p->front->hold_after;
    size_t room = hold >= 0 && hold - p->passed < CHUNK ? (size_t)(hold - p->passed) : CHUNK;
    ssize_t got = recv(p->store, chunk, room, 0);

    if (got <= 0 || !send_all(p->client, chunk, (size_t)got))
        return false;
    p->passed += got;
    return p->passed < p->front->cut_after || !one_of(&p->front->cut_times);
}

static void pass_both_ways(struct passage *p)
{
    for (bool good = true; good && !p->front->stop;) {
        long hold = p->front->hold_after;
        bool held = hold >= 0 && p->passed >= hold;
        struct pollfd both[] = {{.fd = p->client, .events = POLLIN},
                                {.fd = held ? -1 : p->store, .events = POLLIN}};

        (void)poll(both, 2, LOOK_MS);
        if (both[0].revents)
            good = pass_up(p);
        if (good && both[1].revents)
            good = pass_down(p);
    }
}

static void serve(struct passage *p)
{
    char head[HEAD_MAX];
    size_t len = read_head(p->client, head);
    struct sockaddr_in at;

    if (!len)
        return;
    p->front->requests++;
    if (is_refused(p->front, (struct str){head, len})) {
        refuse(p);
        return;
    }
    p->store = local_socket(p->front->upstream, &at);
    if (p->store >= 0 && connect(p->store, (struct sockaddr *)&at, sizeof(at)) == 0 &&
        pass_head(p, (struct str){head, len}))
        pass_both_ways(p);
    close(p->store);
}

static void *serve_one(void *arg)
{
    struct passage *p = arg;

    serve(p);
    close(p->client);
    atomic_fetch_sub(&p->front->under_way, 1);
    free(p);
    return NULL;
}

static void *accept_all(void *arg)
{
    struct store_front *f = arg;
    int client;

    while ((client = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        struct passage *p = calloc(1, sizeof(*p));
        struct timeval patience = {.tv_sec = 1};
        pthread_t thread;

        if (!p)
            abort();
        *p = (struct passage){.front = f, .client = client, .store = -1};
        (void)setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        atomic_fetch_add(&f->under_way, 1);
        if (pthread_create(&thread, NULL, serve_one, p) != 0 || pthread_detach(thread) != 0)
            abort();
    }
    return NULL;
}

void store_front_start(struct store_front *f, int upstream)
{
    struct sockaddr_in at;
    socklen_t len = sizeof(at);

    *f = (struct store_front){.hold_after = -1, .upstream = upstream};
    f->listener = local_socket(0, &at);
    if (f->listener < 0 || bind(f->listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(f->listener, 64) != 0 || getsockname(f->listener, (struct sockaddr *)&at, &len) != 0)
        abort();
    f->port = ntohs(at.sin_port);
    if (pthread_create(&f->thread, NULL, accept_all, f) != 0)
        abort();
}

void store_front_stop(struct store_front *f)
{
    f->stop = true;
    (void)shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    close(f->listener);
    while (f->under_way > 0)
        sched_yield();
}
