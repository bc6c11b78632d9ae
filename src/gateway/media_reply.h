/* An object of the store, as an answer to one request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_REPLY_H
#define MEDIA_REPLY_H

#include "http.h"

struct blob_view;

/* Of an open view; reply->type is set. `open`: everybody may keep it; else nobody may. *view is
 * NULL when the reply has taken it. */
MUST_USE struct err *media_reply_object(struct ctx *c, const struct http_req *req, bool open,
                                        struct blob_view **view, struct http_reply *reply);

#endif
