/* The counts of a video, kept from what others do. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_COUNTS_H
#define VIDEO_COUNTS_H

struct changes;

/* Follows likes and comments, and moves counts in the same transaction. At start-up. */
void video_counts_follow(struct changes *changes);

#endif
