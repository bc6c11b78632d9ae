/* Sockets for HOST:PORT. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_ADDRESS_H
#define RPC_ADDRESS_H

#include <sys/socket.h>

#include "err.h"

enum { RPC_ADDRESSES_MAX = 4 /* of one name */ };

struct rpc_addresses {
    struct sockaddr_storage at[RPC_ADDRESSES_MAX];
    socklen_t len[RPC_ADDRESSES_MAX];
    size_t count;
};

/* Pure but for names, which the resolver is asked about: it may take its time. "[::1]:80" is how
 * IPv6 looks. */
MUST_USE struct err *rpc_address_find(struct ctx *c, struct str address, struct rpc_addresses *out);

/* HOST of it, without the brackets of IPv6. */
struct str rpc_address_host(struct str address);

/* A socket that listens at the first of them and never blocks; shared: others may listen there too.
 */
MUST_USE struct err *rpc_address_listen(struct ctx *c, const struct rpc_addresses *all, bool shared,
                                        int *out);

/* Begins to connect without waiting. */
MUST_USE struct err *rpc_address_connect(struct ctx *c, const struct rpc_addresses *all, size_t i,
                                         int *out);

/* Where a socket is bound, as ADDRESS:PORT. */
struct str rpc_address_of(struct ctx *c, int fd);

/* Only this machine can reach it. */
bool rpc_address_is_loopback(const struct rpc_addresses *all);

/* Small messages go out at once. */
void rpc_address_no_delay(int fd);

/*
 * When the system let the peer in: it does so for a process that is stopped or busy. Of a
 * connection on which nothing has been sent yet: Linux counts what was sent last from there, in
 * steps of a few milliseconds. What is not TCP: now.
 */
int64_t rpc_address_let_in_ns(int fd);

#endif
