/* The tracks of an upload, unchanged, in a new file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REMUX_H
#define REMUX_H

#include "input.h"

/* Both write a file with its index in front and no metadata, so no place or device either. */

/* video.mp4. MEDIA_NEEDS_ENCODE unless the tracks play everywhere; see probe_obstacle(). */
MUST_USE enum media_reason remux_playable(struct input *in);

/* video.webm of a WebM that browsers play, else video.mp4. MEDIA_NEEDS_ENCODE unless that can carry
 * the tracks, whoever may be able to play them. */
MUST_USE enum media_reason remux_any(struct input *in);

#endif
