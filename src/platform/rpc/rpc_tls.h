/* TLS between roles: who a peer is, is proved by certificates on both sides. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_TLS_H
#define RPC_TLS_H

#include "err.h"

/* Files in PEM. */
struct rpc_tls_options {
    struct str certificate, key; /* ours: shown to every peer */
    struct str authority;        /* whose certificates we accept, of servers and of clients */
    struct str name;             /* what a server's certificate must name; empty: the host called */
};

/*
 * TLS 1.3, HTTP/2 only (ALPN). Constant after it was opened: any thread may use it. New files are
 * read by a new process.
 */
struct rpc_tls;

MUST_USE struct err *rpc_tls_open(struct ctx *c, const struct rpc_tls_options *options,
                                  struct rpc_tls **out);
void rpc_tls_close(struct rpc_tls *tls); /* NULL is fine; after all who use it */

/*
 * TLS of one connection, without its socket: ciphered bytes on one side, plain ones on the other.
 * Guarded by the connection's lock.
 */
struct rpc_tls_pipe;

struct rpc_tls_pipe *rpc_tls_pipe_serve(const struct rpc_tls *tls);
struct rpc_tls_pipe *rpc_tls_pipe_call(const struct rpc_tls *tls, const char *host);
void rpc_tls_pipe_destroy(struct rpc_tls_pipe *p); /* NULL is fine */

/* What came from the socket. */
void rpc_tls_pipe_feed(struct rpc_tls_pipe *p, const void *bytes, size_t len);

/* Plain bytes that came: how many; 0: none yet, or the end; -1: this is no peer of ours. */
int rpc_tls_pipe_read(struct rpc_tls_pipe *p, void *out, int room);

/* Both sides know each other: plain bytes may be written, 1 to 64 KiB at a time. */
bool rpc_tls_pipe_is_ready(const struct rpc_tls_pipe *p);
MUST_USE bool rpc_tls_pipe_write(struct rpc_tls_pipe *p, const void *bytes, size_t len);

/* What is for the socket: how much is left, and taking it. */
size_t rpc_tls_pipe_pending(const struct rpc_tls_pipe *p);
size_t rpc_tls_pipe_take(struct rpc_tls_pipe *p, void *out, size_t room);

/* Why rpc_tls_pipe_read() said -1: a literal. */
const char *rpc_tls_pipe_why(const struct rpc_tls_pipe *p);

#endif
