/* The header grpc-timeout: at most eight digits and a unit. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRPC_TIMEOUT_H
#define GRPC_TIMEOUT_H

#include "attr.h"
#include "str.h"

enum { GRPC_TIMEOUT_MAX = 9 };

/* The longest text that does not promise more than `ns`; what is past is one nanosecond. Pure, like
 * its opposite. */
size_t grpc_timeout_write(int64_t ns, char out[GRPC_TIMEOUT_MAX]);

/* False, and *ns untouched: not well-formed. More than 100 years is as much as 100 years. */
MUST_USE bool grpc_timeout_read(struct str text, int64_t *ns);

#endif
