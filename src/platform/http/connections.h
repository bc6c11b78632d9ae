/* Who is connected, and how long each has taken: slow clients are cut off here. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <netinet/in.h>
#include <stdatomic.h>

#include "str.h"

/*
 * libmicrohttpd knows one timeout, for silence; a client that sends a byte now and then never meets
 * it. So every connection has a record here, and a thread looks at all of them twice a second.
 */
struct connections;

enum connection_phase {
    CONNECTION_IDLE,    /* between requests */
    CONNECTION_HEADERS, /* the request line is here, the headers are not yet */
    CONNECTION_BODY,
    CONNECTION_BUSY, /* the request is here: what follows is ours, or the library's timeout */
};

/* One connection. The socket's thread writes it, the watching thread reads it. */
struct connection {
    struct connection *next, **link; /* the list's, under its lock */
    int fd;
    char peer[INET6_ADDRSTRLEN];
    _Atomic int phase;
    _Atomic int64_t since_ns; /* when the phase began */
    _Atomic int64_t bytes;    /* of the body so far */
};

struct connection_limits {
    int64_t idle_ms, header_ms, body_grace_ms, body_min_rate;
};

struct connections *connections_create(const struct connection_limits *limits);
void connections_destroy(struct connections *all); /* every connection has ended; NULL is fine */

/* On the socket's thread, when a connection begins and ends. */
struct connection *connections_add(struct connections *all, int fd, const struct sockaddr *address);
void connections_remove(struct connections *all, struct connection *one);

/* Whoever is connected, and whoever still comes, is cut off as soon as that can be seen. */
void connections_cut_all(struct connections *all);

void connection_enter(struct connection *one, enum connection_phase phase);

size_t connections_count(struct connections *all);
uint64_t connections_cut(struct connections *all); /* how many were too slow */

#endif
