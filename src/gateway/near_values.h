/* What the near cache keeps of a user, a video, a viewer and a conversation. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEAR_VALUES_H
#define NEAR_VALUES_H

#include "id_set.h"
#include "near.h"

enum {
    /* Likes or follows of one viewer that are kept, less in a small cache; beyond, it is asked. */
    NEAR_SET_MAX = 10000,
};

/* Constructors allocate; near_value_free() and near_viewer_free() release. */

struct near_user {
    struct user_view view; /* its pieces lie behind it, in the same allocation */
};
struct near_video {
    struct video_view view;
};

enum { NEAR_HASH_LEN = 43 /* of a login's secret */ };
struct near_login {
    int64_t session, began_at, seen_at;
    char hash[NEAR_HASH_LEN];
};

/* One of a viewer's two sets. */
struct near_ids {
    struct id_set ids;
    bool known, too_many;
};
struct near_viewer {
    struct near_ids liked, followed;
    struct id_set hidden[RELATION_COMMENT + 1]; /* bounded by the relation service */
};

struct near_user *near_user_new(struct arena *scratch, const struct user_profile *profile,
                                size_t *size);
struct near_video *near_video_new(struct arena *scratch, const struct video_item *item,
                                  size_t *size);
struct near_login *near_login_new(const struct user_login *login); /* of such a hash */
size_t near_viewer_size(const struct near_viewer *viewer);         /* grows with what it holds */
void near_value_free(void *value);
void near_viewer_free(void *value);

/* Copies whose pieces are in the arena. */
struct user_view near_user_copy(struct arena *a, const struct near_user *user);
struct video_view near_video_copy(struct arena *a, const struct near_video *video);

#endif
