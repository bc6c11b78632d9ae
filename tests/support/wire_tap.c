/* One thread that polls pairs of sockets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "wire_tap.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS_MAX = 64, LOOK_MS = 5, PIECE = 65536 };

struct pair {
    int client, server; /* -1: free */
    bool doomed;        /* ends with the server's next answer */
};

struct wire_tap {
    int listener;
    unsigned port, server_port;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    const char *word;     /* NULL: nothing is to be cut */
    enum wire_tap_cut how;
    bool frozen, parted, stop;
    struct pair pairs[PAIRS_MAX]; /* the thread's */
};

static struct sockaddr_in local(unsigned port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void end_pair(struct pair *p)
{
    (void)close(p->client);
    (void)close(p->server);
    *p = (struct pair){-1, -1, false};
}

static void let_in(struct wire_tap *tap)
{
    struct sockaddr_in to = local(tap->server_port);
    struct pair p = {accept(tap->listener, NULL, NULL), socket(AF_INET, SOCK_STREAM, 0), false};
    size_t i = 0;

    while (i < PAIRS_MAX && tap->pairs[i].client >= 0)
        i++;
    if (tap->parted || i == PAIRS_MAX ||
        connect(p.server, (struct sockaddr *)&to, sizeof(to)) != 0) {
        end_pair(&p);
        return;
    }
    tap->pairs[i] = p;
}

/* False: the connection is to end. */
static bool pass(int to, const char *bytes, size_t len)
{
    return send(to, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool from_client(struct wire_tap *tap, struct pair *p)
{
    char bytes[PIECE];
    ssize_t len = recv(p->client, bytes, sizeof(bytes), 0);

    if (len <= 0)
        return false;
    if (tap->word && memmem(bytes, (size_t)len, tap->word, strlen(tap->word))) {
        tap->word = NULL;
        if (tap->how == WIRE_TAP_UNHEARD)
            return false;
        p->doomed = true;
    }
    return pass(p->server, bytes, (size_t)len);
}

static bool from_server(struct pair *p)
{
    char bytes[PIECE];
    ssize_t len = recv(p->server, bytes, sizeof(bytes), 0);

    return len > 0 && !p->doomed && pass(p->client, bytes, (size_t)len);
}

static bool readable(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};

    return poll(&one, 1, 0) > 0;
}

static void serve(struct wire_tap *tap, struct pair *p)
{
    bool ends = tap->parted;

    if (!ends && !tap->frozen && readable(p->client))
        ends = !from_client(tap, p);
    if (!ends && !tap->frozen && readable(p->server))
        ends = !from_server(p);
    if (ends)
        end_pair(p);
}

/* Until something happens, or it is time to look at what tests have asked for. */
static void wait_a_little(struct wire_tap *tap, bool frozen)
{
    struct pollfd all[2 * PAIRS_MAX + 1] = {{.fd = tap->listener, .events = POLLIN}};
    nfds_t count = 1;

    for (size_t i = 0; i < PAIRS_MAX && !frozen; i++)
        if (tap->pairs[i].client >= 0) {
            all[count++] = (struct pollfd){.fd = tap->pairs[i].client, .events = POLLIN};
            all[count++] = (struct pollfd){.fd = tap->pairs[i].server, .events = POLLIN};
        }
    (void)poll(all, count, LOOK_MS);
}

static void *run(void *arg)
{
    struct wire_tap *tap = arg;

    for (bool stop = false, frozen = false; !stop;) {
        wait_a_little(tap, frozen);
        pthread_mutex_lock(&tap->lock);
        if (readable(tap->listener))
            let_in(tap);
        for (size_t i = 0; i < PAIRS_MAX; i++)
            if (tap->pairs[i].client >= 0)
                serve(tap, &tap->pairs[i]);
        stop = tap->stop;
        frozen = tap->frozen;
        pthread_mutex_unlock(&tap->lock);
    }
    return NULL;
}

struct wire_tap *wire_tap_create(unsigned server_port)
{
    struct wire_tap *tap = calloc(1, sizeof(*tap));
    struct sockaddr_in at = local(0);
    socklen_t len = sizeof(at);

    if (!tap || (tap->listener = socket(AF_INET, SOCK_STREAM, 0)) < 0 ||
        bind(tap->listener, (struct sockaddr *)&at, len) != 0 || listen(tap->listener, 64) != 0 ||
        getsockname(tap->listener, (struct sockaddr *)&at, &len) != 0)
        abort();
    tap->port = ntohs(at.sin_port);
    tap->server_port = server_port;
    for (size_t i = 0; i < PAIRS_MAX; i++)
        tap->pairs[i] = (struct pair){-1, -1, false};
    if (pthread_mutex_init(&tap->lock, NULL) != 0 ||
        pthread_create(&tap->thread, NULL, run, tap) != 0)
        abort();
    return tap;
}

void wire_tap_destroy(struct wire_tap *tap)
{
    pthread_mutex_lock(&tap->lock);
    tap->stop = tap->parted = true;
    pthread_mutex_unlock(&tap->lock);
    pthread_join(tap->thread, NULL);
    for (size_t i = 0; i < PAIRS_MAX; i++)
        if (tap->pairs[i].client >= 0)
            end_pair(&tap->pairs[i]);
    (void)close(tap->listener);
    pthread_mutex_destroy(&tap->lock);
    free(tap);
}

unsigned wire_tap_port(const struct wire_tap *tap)
{
    return tap->port;
}

void wire_tap_cut(struct wire_tap *tap, const char *word, enum wire_tap_cut how)
{
    pthread_mutex_lock(&tap->lock);
    tap->word = word;
    tap->how = how;
    pthread_mutex_unlock(&tap->lock);
}

void wire_tap_freeze(struct wire_tap *tap, bool frozen)
{
    pthread_mutex_lock(&tap->lock);
    tap->frozen = frozen;
    pthread_mutex_unlock(&tap->lock);
}

/* Returns when the thread has seen it. */
void wire_tap_part(struct wire_tap *tap, bool parted)
{
    bool gone = false;

    pthread_mutex_lock(&tap->lock);
    tap->parted = parted;
    pthread_mutex_unlock(&tap->lock);
    while (parted && !gone) {
        pthread_mutex_lock(&tap->lock);
        gone = true;
        for (size_t i = 0; i < PAIRS_MAX; i++)
            gone &= tap->pairs[i].client < 0;
        pthread_mutex_unlock(&tap->lock);
    }
}
