/* A little world for tests: every service on one scratch database, and what they told. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_H
#define WORLD_H

#include "bus.h"
#include "changes.h"
#include "comment.h"
#include "favorite.h"
#include "message.h"
#include "notice.h"
#include "relation.h"
#include "report.h"
#include "search_index.h"
#include "sequence.h"
#include "test.h"
#include "test_clock.h"
#include "user.h"
#include "video.h"

enum { WORLD_FACTS_MAX = 64 };

/* How often a change of this kind was committed. */
struct world_fact {
    const struct codec_type *type;
    enum change_op op;
    size_t count;
};

/* One of the two faces of all services. */
struct world_services {
    struct user_api *user;
    struct report_api *report;
    struct video_api *video;
    struct favorite_api *favorite;
    struct comment_api *comment;
    struct relation_api *relation;
    struct message_api *message;
    struct notice_api *notice;
};

/* Made anew for every test. Called by the test's thread; others bring a struct ctx of their own. */
struct world {
    struct arena arena;
    struct ctx ctx;
    struct str dir; /* of its databases */
    struct sql *db;
    struct changes *changes;
    struct bus *bus;
    struct world_services api;    /* as callers see them, and as they see each other */
    struct world_services behind; /* the same, or what is behind the codec */
    struct world_fact facts[WORLD_FACTS_MAX];
};

/*
 * For main(). With "codec" among the arguments all worlds put the codec in front of every service,
 * as other processes would; with "mariadb" they are on a server. False: there is none, all is said.
 */
bool world_begin(int argc, char **argv);

int world_setup(void **state);
int world_teardown(void **state);
#define WORLD_TEST(fn) cmocka_unit_test_setup_teardown(fn, world_setup, world_teardown)

/* Another database of this world, with the ids and `own` and nothing else. */
struct sql *world_alone(struct world *w, struct migration_list own);

/* How many changes of this kind were committed so far. */
size_t world_told(const struct world *w, const struct codec_type *type, enum change_op op);
size_t world_told_all(const struct world *w);

/* A statement that gives one number, from w->db. */
int64_t world_number(struct world *w, const char *text);
void world_change(struct world *w, const char *text); /* the same for statements that write */

int64_t world_user(struct world *w, const char *name); /* signs up */
int64_t world_video(struct world *w, int64_t author);  /* publishes */
struct user_profile world_profile(struct world *w, int64_t id);
struct video_item world_item(struct world *w, int64_t id);
void world_like(struct world *w, int64_t user, int64_t video, bool liked);
void world_follow(struct world *w, int64_t user, int64_t target, bool following);

/* Its job failed and nothing of it plays. */
void world_hide(struct world *w, int64_t video);

/* The files of a fresh upload. */
extern const struct video_media world_upload;

/* `count` times the same character. */
struct str world_text(struct world *w, const char *character, size_t count);

/* Fails with this code and this reason; NULL: none. */
#define assert_reason(expr, want_code, want_reason)               \
    do {                                                          \
        const struct err *reason_ = (expr);                       \
        assert_non_null(reason_);                                 \
        assert_int_equal(reason_->code, (want_code));             \
        assert_str(str_of(reason_->reason), str_of(want_reason)); \
    } while (0)

#define assert_ids(list, ...)                               \
    world_check_ids((list), (const int64_t[]){__VA_ARGS__}, \
                    sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))
void world_check_ids(struct i64_list got, const int64_t *want, size_t count);

#endif
