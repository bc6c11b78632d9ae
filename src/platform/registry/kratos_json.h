/* What stands in etcd for an instance: the JSON of Kratos' registry.ServiceInstance. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KRATOS_JSON_H
#define KRATOS_JSON_H

#include "registry.h"

enum { KRATOS_JSON_MAX = 16 << 10 }; /* bytes of a value; a longer one is refused */

/* {"id":...,"name":...,"version":...,"metadata":null,"endpoints":["grpc://HOST:PORT"]} */
struct str kratos_json_write(struct ctx *c, const struct registry_instance *instance);

/*
 * The same as read from others, who may add what they like. out->address is that of the first
 * endpoint for gRPC that is with TLS or without, as out->tls says beforehand; empty: there is none.
 * Texts are in the JSON or in c->arena. ERR_INVALID: no such JSON, or an endpoint with no
 * HOST:PORT.
 */
MUST_USE struct err *kratos_json_read(struct ctx *c, struct str text,
                                      struct registry_instance *out);

#endif
