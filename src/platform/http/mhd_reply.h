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

/* Bytes of its body. */
int64_t mhd_reply_length(const struct http_reply *reply);

/* Once it is over: what the request kept for it. */
void mhd_reply_end(struct http_reply *reply);

/* The same for one that is not queued: its file is closed, too. */
void mhd_reply_drop(struct http_reply *reply);

#endif
