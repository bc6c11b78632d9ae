/* The tracks of an upload, unchanged, in a new MP4. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REMUX_H
#define REMUX_H

#include "input.h"

/* Both write video.mp4: index in front, no metadata, so no place or device either. */

/* MEDIA_NEEDS_ENCODE unless the tracks play everywhere; see probe_obstacle(). */
MUST_USE enum media_reason remux_playable(struct input *in);

/* MEDIA_NEEDS_ENCODE unless an MP4 can carry the tracks, whoever may be able to play them. */
MUST_USE enum media_reason remux_any(struct input *in);

#endif
