/* Views: a user or a video as pieces of JSON, cut where the public URL goes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_H
#define VIEW_H

#include "user_api.h"
#include "video_api.h"

/* Plain values; the texts belong to whoever made them. */

/* The parts of a user's JSON object; the public URL goes between the pieces. */
struct user_view {
    int64_t id; /* 0: there is no such user */
    int64_t session;
    struct str piece[3]; /* ... avatar": " | path ... background": " | path ... is_follow": */
    int64_t follows, followers, favorited, works, favorites;
};

/* The parts of a video's: ... author": | ,play_url": " | path ... cover_url": " | path ...; and
 * beside them, for ext=1, a colour and paths that may be empty. */
enum {
    VIEW_VIDEO_COLOR = 4,
    VIEW_VIDEO_HLS,
    VIEW_VIDEO_WEBP,
    VIEW_VIDEO_PIECES,
};
struct video_view {
    int64_t id; /* 0: there is no such video */
    int64_t author_id, created_at;
    int64_t favorites, comments;
    struct str piece[VIEW_VIDEO_PIECES];
    bool shown, hidden; /* hidden: from all but its author, by who looks after the place */
    bool playable;      /* with what follows: of the part that ext=1 asks for */
    enum video_state state;
    int64_t width, height, duration_ms;
};

/* Rendered into the arena. */
struct user_view view_of_user(struct arena *a, const struct user_profile *profile);
struct video_view view_of_video(struct arena *a, const struct video_item *item);

/* Somebody who exists, but nobody can say more at the moment. */
struct user_view view_of_unknown(struct arena *a, int64_t id);

#endif
