/* Rows of videos with the files they name, a page at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_ROWS_H
#define VIDEO_ROWS_H

#include "sql.h"

enum { VIDEO_ROW_KEYS = 5 };

struct video_row {
    int64_t id, generation, state;
    struct str asset;
    struct str keys[VIDEO_ROW_KEYS]; /* of the blob store; "": it has none */
    struct str hls;                  /* one of them: the playlist */
};

/* A zeroed page is before the first one. */
struct video_page {
    struct video_row *rows;
    size_t count; /* 0: there are no more */
    int64_t last; /* id of the last row read so far */
};

/* The next page, in the order of ids. */
MUST_USE struct err *video_rows_next(struct sql *db, struct ctx *c, struct video_page *page);

/* The row of an asset; *found is false when no video has it. */
MUST_USE struct err *video_rows_of_asset(struct sql *db, struct ctx *c, struct str asset,
                                         struct video_row *out, bool *found);

#endif
