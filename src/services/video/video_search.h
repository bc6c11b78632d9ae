/* Titles as they are searched: an index that follows what is published. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_SEARCH_H
#define VIDEO_SEARCH_H

#include "sql.h"
#include "video_api.h"

struct changes;

/* From here on titles that change are found by their words. */
void video_search_follow(struct changes *changes);

MUST_USE struct err *video_search_find(struct sql *db, struct ctx *c,
                                       const struct video_search_req *req,
                                       struct video_search_resp *resp);

#endif
