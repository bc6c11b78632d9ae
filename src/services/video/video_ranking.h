/* Ranking: which videos a viewer is shown, in which order. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_RANKING_H
#define VIDEO_RANKING_H

#include "sql.h"
#include "video_api.h"

/*
 * The one place that decides it. Newest first: what the viewer has not seen, then what he has; not
 * what he said he does not want. Pages go on from *next of the one before.
 */
MUST_USE struct err *video_ranking_for_you(struct sql_tx *tx, struct ctx *c,
                                           const struct video_list_for_you_req *req,
                                           struct video_list_for_you_resp *out);

/* The newest of some authors, whatever the viewer has seen, but not what he does not want. */
MUST_USE struct err *video_ranking_of_authors(struct sql_tx *tx, struct ctx *c,
                                              const struct video_list_by_authors_req *req,
                                              struct video_list_resp *out);

#endif
