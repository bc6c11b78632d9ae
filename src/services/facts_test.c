/* Tests of facts between services that are apart: each counts once, whatever happens on the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "apart.h"
#include "crew.h"
#include "eventually.h"
#include "scratch_server.h"

enum { CROWD = 8, EACH = 20 };

/* ---- when all is well ---- */

static void what_somebody_did_is_counted_when_he_is_answered(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), bob = apart_user(f, "bob"), video = apart_video(f, ann);

    apart_like(f, bob, video, true);
    assert_int_equal(apart_likes_of(f, video), 1);
    assert_int_equal(apart_favorited(f, ann), 1);
    (void)apart_comment(f, bob, video);
    apart_follow(f, bob, ann);
    assert_int_equal(apart_recount(f), 0);
    apart_like(f, bob, video, false);
    assert_int_equal(apart_likes_of(f, video), 0);
    assert_int_equal(apart_favorited(f, ann), 0);
}

static void what_was_delivered_leaves_the_outbox(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);

    apart_like(f, ann, video, true);
    eventually(apart_is_quiet(f));
    assert_int_equal(apart_likes_of(f, video), 1);
}

static void what_failed_is_told_to_nobody(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann");
    struct favorite_set_req nothing = {.user_id = ann, .video_id = 4711, .liked = true};
    struct favorite_set_resp done = {0};

    assert_err(favorite_set(f->favorite, &f->ctx, &nothing, &done), ERR_NOT_FOUND);
    assert_int_equal(apart_number(f, APART_FAVORITE, "SELECT count(*) FROM changes_outbox"), 0);
}

/* ---- when it is not ---- */

static void a_destination_that_is_down_fails_no_write_and_hears_later(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);

    apart_set_way(f, APART_VIDEO, APART_DOWN);
    apart_like(f, ann, video, true);
    assert_int_equal(apart_likes_of(f, video), 0);
    assert_int_equal(apart_favorited(f, ann), 1); /* the other one hears at once */
    apart_set_way(f, APART_VIDEO, APART_OPEN);
    eventually(apart_likes_of(f, video) == 1);
    eventually(apart_is_quiet(f));
}

static void a_lost_reply_counts_nothing_twice(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);

    apart_set_all(f, APART_DEAF);
    apart_like(f, ann, video, true);
    int calls = atomic_load(&f->way[APART_VIDEO].calls);

    eventually(atomic_load(&f->way[APART_VIDEO].calls) > calls + 2); /* again and again */
    assert_int_equal(apart_likes_of(f, video), 1);
    apart_set_all(f, APART_OPEN);
    eventually(apart_is_quiet(f));
    assert_int_equal(apart_recount(f), 0);
}

static void what_comes_twice_counts_once(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);

    apart_set_all(f, APART_TWICE);
    apart_like(f, ann, video, true);
    apart_follow(f, ann, apart_user(f, "bob"));
    (void)apart_comment(f, ann, video);
    eventually(apart_is_quiet(f));
    assert_int_equal(apart_recount(f), 0);
    assert_true(inbox_stats(f->inbox[APART_VIDEO]).repeated >= 2);
}

static void what_a_killed_instance_left_behind_another_brings(void **state)
{
    struct apart *f = *state;
    struct favorite_api *killed = apart_second_favorite(f, false);
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);
    struct favorite_set_req like = {.user_id = ann, .video_id = video, .liked = true};
    struct favorite_set_resp done = {0};

    assert_ok(&f->ctx, favorite_set(killed, &f->ctx, &like, &done));
    eventually(apart_is_quiet(f));
    assert_int_equal(apart_likes_of(f, video), 1);
    assert_int_equal(apart_recount(f), 0);
}

static void a_source_that_was_restarted_brings_what_it_had(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);

    apart_set_all(f, APART_DOWN);
    apart_like(f, ann, video, true);
    for (size_t i = 0; i < f->courier_count; i++)
        courier_destroy(f->couriers[i]);
    f->courier_count = 0;
    apart_set_all(f, APART_OPEN);
    assert_int_equal(apart_likes_of(f, video), 0);
    (void)apart_second_favorite(f, true);
    eventually(apart_likes_of(f, video) == 1);
    eventually(apart_number(f, APART_FAVORITE, "SELECT count(*) FROM changes_outbox") == 0);
}

static void a_write_does_not_wait_for_one_that_hangs_longer_than_a_while(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);
    struct favorite_set_req like = {.user_id = ann, .video_id = video, .liked = true};
    struct favorite_set_resp done = {0};

    f->settle_ms = 1;
    struct favorite_api *hasty = apart_second_favorite(f, true);

    apart_set_way(f, APART_VIDEO, APART_HELD);
    assert_ok(&f->ctx, favorite_set(hasty, &f->ctx, &like, &done)); /* although nobody lets go */
    assert_int_equal(apart_likes_of(f, video), 0);
    apart_set_way(f, APART_VIDEO, APART_OPEN);
    eventually(apart_likes_of(f, video) == 1);
}

/* ---- many at once ---- */

struct likers {
    struct apart *f;
    int64_t users[CROWD], video;
};

static struct err *like_once(void *self, struct ctx *c, int number)
{
    struct likers *all = self;
    struct favorite_set_req like = {
        .user_id = all->users[number], .video_id = all->video, .liked = true};
    struct favorite_set_resp done = {0};

    return favorite_set(all->f->favorite, c, &like, &done);
}

static void *like_in_a_crowd(void *arg)
{
    assert_int_equal(crew_run(like_once, arg, CROWD), 0);
    return NULL;
}

static void those_who_wait_at_once_share_a_call(void **state)
{
    struct apart *f = *state;
    struct likers all = {.f = f};
    pthread_t crowd;

    for (int i = 0; i < CROWD; i++)
        all.users[i] = apart_user(f, arena_printf(&f->arena, "user %d", i));
    all.video = apart_video(f, all.users[0]);
    eventually(apart_is_quiet(f));
    int calls = atomic_load(&f->way[APART_VIDEO].calls);

    apart_set_way(f, APART_VIDEO, APART_HELD);
    assert_int_equal(pthread_create(&crowd, NULL, like_in_a_crowd, &all), 0);
    eventually(apart_number(f, APART_FAVORITE, "SELECT count(*) FROM favorite_mark") == CROWD);
    apart_set_way(f, APART_VIDEO, APART_OPEN);
    pthread_join(crowd, NULL);
    assert_int_equal(apart_likes_of(f, all.video), CROWD);
    assert_true(atomic_load(&f->way[APART_VIDEO].calls) - calls < CROWD);
}

static void count_watched(void *self, const struct change *change)
{
    (void)change;
    ++*(int *)self;
}

static struct changes_fact mark_fact(struct apart *f, int64_t id, const struct favorite_mark *mark,
                                     enum change_op op)
{
    return (struct changes_fact){.id = id,
                                 .type = STR("FavoriteMark"),
                                 .op = (int32_t)op,
                                 .row = codec_encode(&f->ctx, &favorite_mark_type, mark)};
}

static struct err *bring(struct apart *f, struct changes_fact *facts, size_t count, int64_t read_at)
{
    struct changes_apply_req req = {
        .source = STR("favorite"), .read_at = read_at, .facts = {facts, count}};
    struct changes_apply_resp resp = {0};

    return changes_apply(f->inbox[APART_VIDEO], &f->ctx, &req, &resp);
}

static void a_crowd_moves_a_row_once(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);
    struct changes_fact facts[EACH];
    int moves = 0;

    changes_watch(f->changes[APART_VIDEO], &video_count_type, count_watched, &moves);
    for (int i = 0; i < EACH; i++)
        facts[i] = mark_fact(
            f, 1000 + i,
            &(struct favorite_mark){.user_id = i + 1, .video_id = video, .author_id = ann},
            CHANGE_INSERT);
    assert_ok(&f->ctx, bring(f, facts, EACH, clock_wall_ms()));
    assert_int_equal(apart_likes_of(f, video), EACH);
    assert_int_equal(moves, 1);
}

static void the_order_in_which_facts_come_does_not_matter(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);
    const struct favorite_mark mark = {.user_id = ann, .video_id = video, .author_id = ann};
    struct changes_fact liked = mark_fact(f, 1, &mark, CHANGE_INSERT);
    struct changes_fact unliked = mark_fact(f, 2, &mark, CHANGE_DELETE);

    assert_ok(&f->ctx, bring(f, &unliked, 1, clock_wall_ms()));
    assert_ok(&f->ctx, bring(f, &liked, 1, clock_wall_ms()));
    assert_ok(&f->ctx, bring(f, &unliked, 1, clock_wall_ms()));
    assert_int_equal(apart_likes_of(f, video), 0);
}

static void facts_that_were_read_long_ago_are_refused(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);
    const struct favorite_mark mark = {.user_id = ann, .video_id = video, .author_id = ann};
    struct changes_fact liked = mark_fact(f, 1, &mark, CHANGE_INSERT);
    struct err *e = bring(f, &liked, 1, clock_wall_ms() - INBOX_STALE_MS - 1000);

    assert_err(e, ERR_ABORTED);
    assert_string_equal(e->reason, "facts_stale");
    assert_int_equal(apart_likes_of(f, video), 0);
}

/* ---- what is not understood, and what cannot be ---- */

static void what_nobody_understands_is_kept_and_holds_up_nobody(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);

    eventually(apart_is_quiet(f));
    apart_change(f, APART_FAVORITE,
                 "INSERT INTO changes_outbox (destination, created_at, id, type, op, body)"
                 " VALUES ('video', 1, 999999, 'FavoriteOfTomorrow', 0, 'x')");
    eventually(inbox_stats(f->inbox[APART_VIDEO]).refused > 1);
    apart_like(f, ann, video, true);
    assert_int_equal(apart_likes_of(f, video), 1);
    eventually(apart_number(f, APART_FAVORITE, "SELECT count(*) FROM changes_outbox") == 1);
    assert_int_equal(apart_number(f, APART_FAVORITE, "SELECT id FROM changes_outbox"), 999999);
}

/* So that one more like of hers is refused by the table of counts: another has as many. */
static void stop_counting(struct apart *f, int64_t her, int64_t other)
{
    apart_change(f, APART_USER,
                 arena_printf(&f->arena,
                              "UPDATE user_count SET favorite_count = user_id * 10;"
                              " UPDATE user_count SET favorite_count = %lld WHERE user_id = %lld;"
                              " CREATE UNIQUE INDEX one_each ON user_count (favorite_count)",
                              (long long)her * 10 + 1, (long long)other));
}

/* Databases on a server are emptied between tests, and keep their indexes. */
static void count_again(struct apart *f)
{
    apart_change(f, APART_USER,
                 scratch_on_server() ? "DROP INDEX one_each ON user_count" : "DROP INDEX one_each");
}

static void what_cannot_be_applied_holds_up_nobody(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), bob = apart_user(f, "bob"), eve = apart_user(f, "eve");
    int64_t video = apart_video(f, ann);

    stop_counting(f, eve, bob);
    apart_like(f, eve, video, true);
    apart_like(f, ann, video, true);
    eventually(apart_favorited(f, ann) == 1); /* eve's waits for ever */
    eventually(apart_number(f, APART_FAVORITE, "SELECT count(*) FROM changes_outbox") == 1);
    assert_int_equal(apart_likes_of(f, video), 2);
    count_again(f);
}

/* ---- anything at all ---- */

struct crowd {
    struct apart *f;
    struct favorite_api *favorites[2];
    int64_t users[CROWD], videos[CROWD];
};

/* What may be refused, because somebody else was quicker. */
static struct err *unless_gone(struct err *e)
{
    return e && e->code != ERR_NOT_FOUND ? e : NULL;
}

static struct err *do_anything(struct crowd *all, struct ctx *c, unsigned *seed, int number)
{
    int64_t me = all->users[number], video = all->videos[(unsigned)rand_r(seed) % CROWD];
    struct favorite_set_req like = {me, video, rand_r(seed) % 3 > 0};
    struct favorite_set_resp liked;
    struct relation_set_req edge = {
        me, all->users[(number + 1 + rand_r(seed) % (CROWD - 1)) % CROWD], rand_r(seed) % 2 > 0};
    struct relation_set_resp followed;
    struct comment_add_req word = {me, video, STR("nice")};
    struct comment_add_resp said = {0};
    struct video_remove_req end = {.id = video};
    struct video_remove_resp gone;

    switch (rand_r(seed) % 8) {
    case 0:
        return relation_set(all->f->relation, c, &edge, &followed);
    case 1:
    case 2:
        return comment_add(all->f->comment, c, &word, &said);
    case 3:
        return rand_r(seed) % 4 ? NULL : video_remove(all->f->video, c, &end, &gone);
    default:
        return favorite_set(all->favorites[rand_r(seed) % 2], c, &like, &liked);
    }
}

static struct err *live(void *self, struct ctx *c, int number)
{
    struct crowd *all = self;
    unsigned seed = (unsigned)number + 1;

    for (int i = 0; i < EACH; i++) {
        /* Now and then a way breaks, and is mended. */
        if (rand_r(&seed) % 4 == 0)
            apart_set_way(all->f, (enum apart_service)((unsigned)rand_r(&seed) % APART_SERVICES),
                          (enum apart_mode)(rand_r(&seed) % APART_HELD));
        TRY(unless_gone(do_anything(all, c, &seed, number)));
    }
    return NULL;
}

static void whatever_happens_counts_agree_in_the_end(void **state)
{
    struct apart *f = *state;
    struct crowd all = {.f = f, .favorites = {f->favorite, apart_second_favorite(f, true)}};

    for (int i = 0; i < CROWD; i++)
        all.users[i] = apart_user(f, arena_printf(&f->arena, "user %d", i));
    for (int i = 0; i < CROWD; i++)
        all.videos[i] = apart_video(f, all.users[i]);
    assert_int_equal(crew_run(live, &all, CROWD), 0);
    apart_set_all(f, APART_OPEN);
    eventually(apart_is_quiet(f));
    assert_int_equal(apart_recount(f), 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        APART_TEST(what_somebody_did_is_counted_when_he_is_answered),
        APART_TEST(what_was_delivered_leaves_the_outbox),
        APART_TEST(what_failed_is_told_to_nobody),
        APART_TEST(a_destination_that_is_down_fails_no_write_and_hears_later),
        APART_TEST(a_lost_reply_counts_nothing_twice),
        APART_TEST(what_comes_twice_counts_once),
        APART_TEST(what_a_killed_instance_left_behind_another_brings),
        APART_TEST(a_source_that_was_restarted_brings_what_it_had),
        APART_TEST(a_write_does_not_wait_for_one_that_hangs_longer_than_a_while),
        APART_TEST(those_who_wait_at_once_share_a_call),
        APART_TEST(a_crowd_moves_a_row_once),
        APART_TEST(the_order_in_which_facts_come_does_not_matter),
        APART_TEST(facts_that_were_read_long_ago_are_refused),
        APART_TEST(what_nobody_understands_is_kept_and_holds_up_nobody),
        APART_TEST(what_cannot_be_applied_holds_up_nobody),
        APART_TEST(whatever_happens_counts_agree_in_the_end),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
