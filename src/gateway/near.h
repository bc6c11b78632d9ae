/* The near cache: what pages are made of, kept in memory and kept true by committed changes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEAR_H
#define NEAR_H

#include "comment_api.h"
#include "favorite_api.h"
#include "message_api.h"
#include "notice_api.h"
#include "relation_api.h"
#include "report_api.h"
#include "view.h"

struct changes;

/* Where the gateway's data comes from: in this process or behind stubs. Borrowed. */
struct services {
    struct user_api *user;
    struct report_api *report;
    struct video_api *video;
    struct favorite_api *favorite;
    struct comment_api *comment;
    struct relation_api *relation;
    struct message_api *message;
    struct notice_api *notice;
};

/*
 * Texts are rendered once, counters stand beside them and are set to what the row holds after each
 * commit; filled on demand, bounded in bytes. Any thread may call any function; what is returned
 * are copies in the request's arena. Created by the gateway.
 */
struct near;

struct near *near_create(const struct services *services, struct changes *changes,
                         size_t bytes_max);
void near_destroy(struct near *n); /* NULL is fine */

/* Moves with every committed batch: what was made at one number is true while it stands. */
uint64_t near_sequence(struct near *n);
void near_batch_committed(void *near); /* for sql_on_batch() */

/* Forgets everything: rows were changed by somebody who tells no changes. */
void near_forget(struct near *n);

/* One view per id, in the order asked. */
MUST_USE struct err *near_users(struct near *n, struct ctx *c, struct i64_list ids,
                                struct user_view *out);
MUST_USE struct err *near_videos(struct near *n, struct ctx *c, struct i64_list ids,
                                 struct video_view *out);

/* The version of a user's sessions; 0: there is no such user. */
MUST_USE struct err *near_session(struct near *n, struct ctx *c, int64_t id, int64_t *out);

/* The login of a browser; id 0: there is none, or its hash is another. It ends with the account's
 * sessions, so its version is to be compared with near_session()'s. Its agent is left out. */
MUST_USE struct err *near_login(struct near *n, struct ctx *c,
                                const struct user_find_login_req *key, struct user_login *out);

/* What the viewer likes and follows, one flag per id; all false for viewer 0. */
MUST_USE struct err *near_liked(struct near *n, struct ctx *c, int64_t viewer, struct i64_list ids,
                                bool *out);
MUST_USE struct err *near_followed(struct near *n, struct ctx *c, int64_t viewer,
                                   struct i64_list ids, bool *out);

/* What the viewer does not want to see, one flag per id; all false for viewer 0. */
MUST_USE struct err *near_hidden(struct near *n, struct ctx *c, int64_t viewer,
                                 enum relation_kind kind, struct i64_list ids, bool *out);

/* How far the viewer's conversation with the peer has come. */
MUST_USE struct err *near_chat(struct near *n, struct ctx *c, int64_t viewer, int64_t peer,
                               struct message_state *out);

struct near_stats {
    uint64_t hits, misses, evicted, stale;
    size_t count, bytes;
};
struct near_stats near_stats(struct near *n);

#endif
