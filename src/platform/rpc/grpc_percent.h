/* Texts in gRPC's trailers: UTF-8 in percent coding. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRPC_PERCENT_H
#define GRPC_PERCENT_H

#include "arena.h"

/* All but printable ASCII without '%' as %XX. The same text when nothing needs it. */
struct str grpc_percent_encode(struct arena *a, struct str text);

/*
 * The opposite, of whatever a peer sent: a '%' without two digits stays as it is. The text ends at
 * a NUL; bytes that are not UTF-8, or control characters, become '?'. NUL-terminated.
 */
struct str grpc_percent_decode(struct arena *a, struct str text);

#endif
