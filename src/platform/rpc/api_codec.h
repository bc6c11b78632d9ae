/* A service behind its own wire format, in one process: no pointer passes from side to side. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_CODEC_H
#define API_CODEC_H

#include "api.h"

/*
 * Only tests link this. A call through here sees what a call to another process would see: the
 * service has an arena of its own that dies when it returns, an empty resp and no transaction; a
 * failure keeps its code, reason and chain. A reply that does not decode is ERR_INTERNAL. A started
 * call encodes its request at once, and is served when it is joined.
 *
 * `behind` is the struct x_api * that serves; borrowed.
 */
struct api_transport api_codec_transport(void *behind);

#endif
