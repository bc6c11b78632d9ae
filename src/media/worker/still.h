/* A picture by itself: somebody's face, the banner of a profile. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STILL_H
#define STILL_H

#include "fail.h"

/* Makes picture.webp of a JPEG, PNG or WebP file, upright and without anything that the file tells
 * beside its pixels, and reports its properties. */
MUST_USE enum media_reason still_make(int fd);

#endif
