/* How a call ended, as gRPC's trailers: a struct err on its way between two processes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRPC_STATUS_H
#define GRPC_STATUS_H

#include "err.h"
#include "h2_header.h"

/*
 * grpc-status and grpc-message are for every gRPC client: the message is err_text(). What is ours:
 *   duan-reason       the stable token
 *   duan-where        the chain, outermost first: "PLACE BYTES, PLACE BYTES"; bytes of its part of
 *                     the message, so that the chain can be built again
 *   duan-retry-after  seconds
 * Of a long chain the root and what is next to it remain.
 */
enum {
    GRPC_STATUS_HEADERS = 5,
    GRPC_STATUS_PLACES = 8,
    GRPC_STATUS_MESSAGE = 1024 /* bytes of the message, before it is coded */
};

/* Into out[GRPC_STATUS_HEADERS], in c's arena; e may be NULL. Returns how many. */
size_t grpc_status_write(struct ctx *c, const struct err *e, nghttp2_nv *out);

/* What came. Its texts lie in the arena given to grpc_status_read(). */
struct grpc_status {
    int code; /* -1: none came */
    struct str message, reason, where;
    int retry_after_s;
};

/* Takes one header or trailer, whatever its name. */
void grpc_status_read(struct grpc_status *s, struct arena *a, struct str name, struct str value);

/* The failure with its chain, in c's arena; NULL: it went well. */
struct err *grpc_status_err(struct ctx *c, const struct grpc_status *s);

#endif
