/* Services apart, for tests: each with a database of its own, and facts that travel between them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APART_H
#define APART_H

#include <stdatomic.h>

#include "api_codec.h"
#include "changes_api_stub.h"
#include "comment.h"
#include "courier.h"
#include "favorite.h"
#include "inbox.h"
#include "relation.h"
#include "search_index.h"
#include "test.h"
#include "user.h"
#include "video.h"

enum apart_service {
    APART_USER,
    APART_VIDEO,
    APART_FAVORITE,
    APART_COMMENT,
    APART_RELATION,
    APART_SERVICES,
};
extern const char *const apart_names[APART_SERVICES];

/* What becomes of facts on their way to a service. */
enum apart_mode {
    APART_OPEN,
    APART_DOWN,  /* the call fails, and nobody has seen it */
    APART_DEAF,  /* they are applied, and the reply is lost */
    APART_TWICE, /* they come twice */
    APART_HELD,  /* they do not get there before the mode is another */
};
struct apart_way {
    struct api_transport inner;
    _Atomic int mode;
    _Atomic int calls, held; /* calls so far; those that are held now */
};

enum { APART_COURIERS_MAX = 16, APART_INSTANCES_MAX = 4 };

/* Made anew for every test. */
struct apart {
    struct arena arena;
    struct ctx ctx;
    struct str dir;
    struct sql *db[APART_SERVICES];
    struct changes *changes[APART_SERVICES];
    struct changes_api *inbox[APART_SERVICES];
    struct apart_way way[APART_SERVICES];
    struct changes_api *stub[APART_SERVICES]; /* the way to the inbox */
    struct bus *bus;
    struct user_api *user; /* the services, as they are */
    struct video_api *video;
    struct favorite_api *favorite;
    struct comment_api *comment;
    struct relation_api *relation;
    struct user_api *user_stub; /* as they see each other */
    struct video_api *video_stub;
    int64_t settle_ms; /* of couriers that are hired from now on */
    struct courier *couriers[APART_COURIERS_MAX];
    size_t courier_count;
    struct favorite_api *instances[APART_INSTANCES_MAX];
    struct changes *instance_changes[APART_INSTANCES_MAX];
    size_t instance_count;
};

int apart_setup(void **state);
int apart_teardown(void **state);
#define APART_TEST(fn) cmocka_unit_test_setup_teardown(fn, apart_setup, apart_teardown)

/* A courier from `changes`, whose facts it takes, between two services. One that is not started
 * stands for a process that was killed: what it has is never brought. */
struct courier *apart_hire(struct apart *f, struct changes *changes, enum apart_service from,
                           enum apart_service to, bool started);

/* Another instance of the favorite service, on the same database. */
struct favorite_api *apart_second_favorite(struct apart *f, bool alive);

void apart_set_way(struct apart *f, enum apart_service to, enum apart_mode mode);
void apart_set_all(struct apart *f, enum apart_mode mode);

/* A statement that gives one number. */
int64_t apart_number(struct apart *f, enum apart_service of, const char *text);
void apart_change(struct apart *f, enum apart_service of, const char *text);

/* Is every outbox empty? */
bool apart_is_quiet(struct apart *f);

/* Counts that do not agree with the rows they count, and comments whose video is gone. */
int64_t apart_recount(struct apart *f);

int64_t apart_user(struct apart *f, const char *name);
int64_t apart_video(struct apart *f, int64_t author);
void apart_like(struct apart *f, int64_t user, int64_t video, bool liked);
int64_t apart_comment(struct apart *f, int64_t user, int64_t video);
void apart_follow(struct apart *f, int64_t user, int64_t target);
void apart_remove_video(struct apart *f, int64_t video);

/* As counted by now. */
int64_t apart_likes_of(struct apart *f, int64_t video);
int64_t apart_favorited(struct apart *f, int64_t user); /* likes of what he made */

#endif
