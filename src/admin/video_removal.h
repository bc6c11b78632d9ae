/* Removing a video: its row and what hangs on it, then its files. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_REMOVAL_H
#define VIDEO_REMOVAL_H

#include "admin.h"

/* Says what it did. ERR_NOT_FOUND: no such video. ERR_PRECONDITION: a backup is being made. */
MUST_USE struct err *video_removal_do(const struct admin *a, struct ctx *c, int64_t id);

/* The files of an asset that no row names any more. The caller holds FILE_HOLD_REMOVE. */
MUST_USE struct err *video_removal_files(const struct admin *a, struct ctx *c, struct str asset);

#endif
