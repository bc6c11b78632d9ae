/* The still picture that stands for a video. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COVER_H
#define COVER_H

#include "input.h"

/*
 * Writes cover.jpg and cover.webp: the first picture that is not nearly one color, upright, at most
 * 720 on its short side. When all of the first seconds are plain, the least plain one.
 */
MUST_USE enum media_reason cover_make(struct input *in);

#endif
