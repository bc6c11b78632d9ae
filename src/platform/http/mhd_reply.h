/* Replies as libmicrohttpd wants them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MHD_REPLY_H
#define MHD_REPLY_H

#include <microhttpd.h>

#include "http.h"

/*
 * Queues the reply on the connection; the body must live until the request has been completed.
 * Takes over the file and the count on a shared body, also when it fails.
 */
enum MHD_Result mhd_reply_queue(struct MHD_Connection *conn, struct http_reply *reply, bool close);

#endif
