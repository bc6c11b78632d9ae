/* Tests of the near cache's memory: what it holds is counted, and bounded, whoever likes how much.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near_fixture.h"

enum { SMALL_ROOM = 1 << 20, SMALL_SET = 256, VIEWERS = 60, FIRST_LIKED = 1000000 };

/* The likes of `user`: videos FIRST_LIKED + 1 and so on, which nobody ever sees. */
static void insert_likes(struct world *w, int64_t user, int count)
{
    world_change(w, arena_printf(&w->arena,
                                 "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                 " WHERE i < %d) INSERT INTO favorite_mark (user_id, video_id,"
                                 " author_id, created_at) SELECT %d, %d + i, 1, i FROM n",
                                 count, (int)user, FIRST_LIKED));
}

/* A small cache beside the fixture's own; ends with end_small(). */
static struct fixture begin_small(struct fixture *f)
{
    return (struct fixture){f->w, make_near(f->w, SMALL_ROOM)};
}

static void end_small(struct fixture *small)
{
    sql_close(small->w->db); /* before a cache that it tells ends */
    small->w->db = NULL;
    near_destroy(small->near);
}

static size_t bytes(struct fixture *f)
{
    return near_stats(f->near).bytes;
}

static void likes_and_follows_that_are_added_are_counted(void **state)
{
    enum { MORE = 300 };
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), clips[MORE], people[MORE];

    for (int i = 0; i < MORE; i++) {
        people[i] = world_user(f->w, arena_printf(&f->w->arena, "user %d", i));
        clips[i] = world_video(f->w, ann);
    }
    assert_false(likes(f, ann, clips[0]));
    size_t empty = bytes(f);

    for (int i = 0; i < MORE; i++)
        world_like(f->w, ann, clips[i], true);
    size_t liked = bytes(f);

    assert_true(liked - empty >= MORE * sizeof(int64_t));
    for (int i = 0; i < MORE; i++)
        world_follow(f->w, ann, people[i], true);
    assert_true(bytes(f) - liked >= MORE * sizeof(int64_t));
    assert_true(likes(f, ann, clips[MORE - 1]));
    assert_true(follows(f, ann, people[MORE - 1]));
}

static void what_grew_too_large_gives_its_memory_back(void **state)
{
    struct fixture *f = *state;
    struct fixture small = begin_small(f);
    int64_t ann = world_user(f->w, "ann"), a = world_video(f->w, ann), b = world_video(f->w, ann);

    assert_false(likes(&small, ann, a));
    size_t empty = bytes(&small);

    near_forget(small.near);
    insert_likes(f->w, ann, SMALL_SET);
    assert_true(likes(&small, ann, FIRST_LIKED + 1));
    assert_true(bytes(&small) >= empty + SMALL_SET * sizeof(int64_t));
    world_like(f->w, ann, a, true);
    assert_int_equal(bytes(&small), empty);
    assert_true(likes(&small, ann, a)); /* now it is asked for */
    assert_true(likes(&small, ann, FIRST_LIKED + SMALL_SET));
    assert_false(likes(&small, ann, b));
    end_small(&small);
}

static void a_small_cache_keeps_smaller_sets(void **state)
{
    struct fixture *f = *state;
    struct fixture small = begin_small(f);
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");

    insert_likes(f->w, ann, SMALL_SET);
    insert_likes(f->w, bob, SMALL_SET + 1);
    assert_true(likes(&small, bob, FIRST_LIKED + SMALL_SET + 1));
    size_t bobs = bytes(&small);

    assert_true(bobs < SMALL_SET * sizeof(int64_t));
    assert_true(likes(&small, ann, FIRST_LIKED + SMALL_SET));
    assert_true(bytes(&small) - bobs >= SMALL_SET * sizeof(int64_t));
    end_small(&small);
}

static void many_viewers_with_many_likes_stay_below_the_limit(void **state)
{
    struct fixture *f = *state;
    struct fixture small = begin_small(f);

    for (int64_t i = 1; i <= VIEWERS; i++) {
        assert_int_equal(world_user(f->w, arena_printf(&f->w->arena, "user %d", (int)i)), i);
        insert_likes(f->w, i, SMALL_SET - (int)i);
    }
    for (int64_t i = 1; i <= VIEWERS; i++) {
        assert_true(likes(&small, i, FIRST_LIKED + SMALL_SET - i));
        assert_false(likes(&small, i, FIRST_LIKED + SMALL_SET - i + 1));
        assert_true(bytes(&small) <= SMALL_ROOM / 8); /* the viewers' share */
    }
    assert_true(bytes(&small) >= SMALL_ROOM / 16); /* and it is made use of */
    assert_true(near_stats(small.near).evicted > 0);
    end_small(&small);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        NEAR_TEST(likes_and_follows_that_are_added_are_counted),
        NEAR_TEST(what_grew_too_large_gives_its_memory_back),
        NEAR_TEST(a_small_cache_keeps_smaller_sets),
        NEAR_TEST(many_viewers_with_many_likes_stay_below_the_limit),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
