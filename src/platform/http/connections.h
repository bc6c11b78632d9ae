/* Who is connected, and how long each has taken: slow clients are cut off here. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stdatomic.h>

#include "address_counts.h"
#include "proxies.h"

/*
 * libmicrohttpd knows one timeout, for silence; a client that moves a byte now and then never meets
 * it. So every connection has a record here, and a thread looks at all of them twice a second.
 */
struct connections;

enum connection_phase {
    CONNECTION_IDLE,    /* between requests */
    CONNECTION_HEADERS, /* the request line is here, the headers are not yet */
    CONNECTION_BODY,
    CONNECTION_BUSY, /* the request is here: what follows is ours */
    CONNECTION_REPLY,
    CONNECTION_STREAM, /* a reply that lasts: silence is ours, but what is sent must be taken */
};

/* One connection. The socket's thread writes it, the watching thread reads it. */
struct connection {
    struct connection *next, **link; /* the list's, under its lock */
    int fd;
    struct address address;
    bool proxied; /* a trusted proxy: it speaks for others, and no limit counts it as one client */
    char peer[ADDRESS_TEXT], block[ADDRESS_TEXT]; /* of the address, for logs and for limits */
    struct address_count *counted;
    _Atomic int phase;
    _Atomic int64_t since_ns; /* when the phase began */
    _Atomic int64_t bytes;    /* of the body so far */
    atomic_bool gone;         /* the client has left a reply that lasts, or was cut off */
    struct {
        int64_t since_ns, at_ns, bytes;
    } mark; /* the watching thread's: how far it was, and when */
};

struct connection_limits {
    size_t max, per_address;
    const struct proxies *proxies; /* borrowed */
    int64_t idle_ms, header_ms;
    int64_t body_window_ms, body_min_rate; /* in each window, so many bytes per second */
    int64_t reply_window_ms, reply_min_rate;
};

struct connections *connections_create(const struct connection_limits *limits);
void connections_destroy(struct connections *all); /* every connection has ended; NULL is fine */

/* May one more come from there? Of those that ask at the same moment a few too many may hear yes.
 */
bool connections_admit(struct connections *all, const struct sockaddr *address);

/* On the socket's thread, when a connection begins and ends. */
struct connection *connections_add(struct connections *all, int fd, const struct sockaddr *address);
void connections_remove(struct connections *all, struct connection *one);

/* Whoever is connected, and whoever still comes, is cut off as soon as that can be seen. */
void connections_cut_all(struct connections *all);

void connection_enter(struct connection *one, enum connection_phase phase);

size_t connections_count(struct connections *all);
uint64_t connections_cut(struct connections *all);     /* how many were too slow */
uint64_t connections_refused(struct connections *all); /* how many were not admitted */

#endif
