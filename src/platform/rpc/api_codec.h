/* A service behind its own wire format, in one process: no pointer passes from side to side. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_CODEC_H
#define API_CODEC_H

#include "api.h"

/*
 * What the generated <x>_api_codec.c is made of; only tests link it. A call through here sees what
 * a call to another process would see: the service has an arena of its own that dies when it
 * returns, an empty resp and no transaction; deadline, identity and trace come along; a failure
 * keeps its code, reason and chain; resp is written only on success. A reply that does not decode
 * is ERR_INTERNAL. Any thread may call these.
 */

/* `behind` is the struct x_api * that serves; borrowed. */
MUST_USE struct err *api_codec_call(const struct api_method *m, void *behind, struct ctx *c,
                                    const void *req, void *resp);

/* The same in two halves: the request is encoded now, served and answered when it is joined. */
void api_codec_start(const struct api_method *m, void *behind, const void *req, void *resp,
                     struct call *call);

#endif
