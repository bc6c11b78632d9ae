/* The qualities of the HLS presentation. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LADDER_H
#define LADDER_H

#include "picture.h"

enum {
    LADDER_MAX = 5,
    RUNG_NAME_MAX = 16,
};

/* One quality of the HLS presentation. */
struct rung {
    char name[RUNG_NAME_MAX]; /* "v720": files v720.mp4 and v720.m3u8 */
    struct size size;
    int max_rate; /* bit/s */
};

/*
 * The qualities for a picture, best first: 1080, 720, 540 and 360 by short side, never upscaled,
 * plus the picture's own size when it lies well above the best of these that fits.
 */
int ladder_plan(struct size shown, struct rung rungs[LADDER_MAX]);

/* Writes master.m3u8 from the tracks that are complete. */
MUST_USE enum media_reason ladder_master(struct size shown);

#endif
