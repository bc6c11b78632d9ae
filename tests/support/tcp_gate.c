/* A gate before a server: one thread that moves bytes between pairs of sockets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tcp_gate.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAIRS_MAX = 32, CHUNK = 16384 };

struct tcp_gate {
    int listener, wake[2];
    struct sockaddr_in target;
    char address[32];
    pthread_t thread;
    int pairs[PAIRS_MAX][2]; /* the thread's: client, server */
    size_t count;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t obeyed;
    enum tcp_gate_state wanted, state;
    bool stopping;
};

static void must(bool held)
{
    if (!held)
        abort();
}

static void close_pair(struct tcp_gate *gate, size_t i)
{
    close(gate->pairs[i][0]);
    close(gate->pairs[i][1]);
    gate->count--;
    memcpy(gate->pairs[i], gate->pairs[gate->count], sizeof(gate->pairs[i]));
}

static void accept_one(struct tcp_gate *gate, enum tcp_gate_state state)
{
    int client = accept(gate->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);

    must(client >= 0 && server >= 0 && gate->count < PAIRS_MAX);
    gate->pairs[gate->count][0] = client;
    gate->pairs[gate->count++][1] = server;
    if (state == TCP_GATE_SHUT ||
        connect(server, (struct sockaddr *)&gate->target, sizeof(gate->target)) != 0)
        close_pair(gate, gate->count - 1);
}

/* False: one side has ended. */
static bool pass(int from, int to)
{
    char chunk[CHUNK];
    ssize_t len = recv(from, chunk, sizeof(chunk), 0);

    for (ssize_t done = 0; len > 0 && done < len;) {
        ssize_t sent = send(to, chunk + done, (size_t)(len - done), MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        done += sent;
    }
    return len > 0;
}

static void pass_all(struct tcp_gate *gate, const struct pollfd *ready)
{
    for (size_t i = gate->count; i > 0; i--) {
        const struct pollfd *two = &ready[2 * (i - 1)];
        int *pair = gate->pairs[i - 1];

        if ((two[0].revents && !pass(pair[0], pair[1])) ||
            (two[1].revents && !pass(pair[1], pair[0])))
            close_pair(gate, i - 1);
    }
}

/* Takes over what is wanted; false: to stop. */
static bool obey(struct tcp_gate *gate, enum tcp_gate_state *state)
{
    pthread_mutex_lock(&gate->lock);
    bool stopping = gate->stopping;

    *state = gate->wanted;
    while (gate->count > 0 && (stopping || *state == TCP_GATE_SHUT))
        close_pair(gate, gate->count - 1);
    gate->state = *state;
    pthread_cond_signal(&gate->obeyed);
    pthread_mutex_unlock(&gate->lock);
    return !stopping;
}

static void *run(void *self)
{
    struct tcp_gate *gate = self;
    struct pollfd fds[2 + 2 * PAIRS_MAX];
    enum tcp_gate_state state;
    char byte;

    while (obey(gate, &state)) {
        size_t count = state == TCP_GATE_SILENT ? 0 : gate->count;

        fds[0] = (struct pollfd){gate->wake[0], POLLIN, 0};
        fds[1] = (struct pollfd){gate->listener, POLLIN, 0};
        for (size_t i = 0; i < 2 * count; i++)
            fds[2 + i] = (struct pollfd){gate->pairs[i / 2][i % 2], POLLIN, 0};
        must(poll(fds, 2 + 2 * count, -1) > 0);
        if (fds[0].revents)
            must(read(gate->wake[0], &byte, 1) == 1);
        else if (state != TCP_GATE_SILENT)
            pass_all(gate, fds + 2);
        if (fds[1].revents && !fds[0].revents)
            accept_one(gate, state);
    }
    return NULL;
}

static void listen_somewhere(struct tcp_gate *gate)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    gate->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(gate->listener >= 0 && bind(gate->listener, (struct sockaddr *)&at, len) == 0);
    must(listen(gate->listener, PAIRS_MAX) == 0);
    must(getsockname(gate->listener, (struct sockaddr *)&at, &len) == 0);
    (void)snprintf(gate->address, sizeof(gate->address), "127.0.0.1:%d", ntohs(at.sin_port));
}

static struct sockaddr_in parse(const char *target)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    const char *colon = strchr(target, ':');
    char host[INET_ADDRSTRLEN] = "";

    must(colon && colon - target < INET_ADDRSTRLEN);
    memcpy(host, target, (size_t)(colon - target));
    must(inet_pton(AF_INET, host, &at.sin_addr) == 1);
    at.sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
    return at;
}

struct tcp_gate *tcp_gate_create(const char *target)
{
    struct tcp_gate *gate = calloc(1, sizeof(*gate));

    must(gate && pipe(gate->wake) == 0);
    gate->target = parse(target);
    listen_somewhere(gate);
    must(pthread_mutex_init(&gate->lock, NULL) == 0 && pthread_cond_init(&gate->obeyed, NULL) == 0);
    must(pthread_create(&gate->thread, NULL, run, gate) == 0);
    return gate;
}

const char *tcp_gate_address(const struct tcp_gate *gate)
{
    return gate->address;
}

/* With the lock. */
static void wake(struct tcp_gate *gate)
{
    must(write(gate->wake[1], "", 1) == 1);
}

void tcp_gate_set(struct tcp_gate *gate, enum tcp_gate_state state)
{
    pthread_mutex_lock(&gate->lock);
    gate->wanted = state;
    wake(gate);
    while (gate->state != state)
        pthread_cond_wait(&gate->obeyed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

void tcp_gate_destroy(struct tcp_gate *gate)
{
    if (!gate)
        return;
    pthread_mutex_lock(&gate->lock);
    gate->stopping = true;
    wake(gate);
    pthread_mutex_unlock(&gate->lock);
    pthread_join(gate->thread, NULL);
    close(gate->listener);
    close(gate->wake[0]);
    close(gate->wake[1]);
    pthread_cond_destroy(&gate->obeyed);
    pthread_mutex_destroy(&gate->lock);
    free(gate);
}
