/* The feeds of one viewer: for you, and those he follows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEWER_FEEDS_H
#define VIEWER_FEEDS_H

#include "page.h"

/* GET /douyin/feed/?ext=1 of somebody who is signed in. `latest_time` is the next_time of the page
 * before, unchanged: below 0 the list has come to what he has seen. */
MUST_USE struct err *viewer_feeds_for_you(struct look *look, const struct http_req *req,
                                          struct http_reply *reply);

#endif
