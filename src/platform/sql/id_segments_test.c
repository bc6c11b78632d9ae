/* Tests of ids taken ahead: none twice, none left out, and nobody waits while there are some. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "crew.h"
#include "id_segments.h"
#include "test_clock.h"

enum { CREW = 8, EACH = 500 };

/* A table that hands out segments, one after the other. */
struct table {
    pthread_mutex_t lock;
    int64_t last, asked, most; /* asked: how often; most: the largest segment */
    bool fails;
    struct id_segments *segments;
    bool seen[CREW * EACH * 4];
};

static struct err *fetch(void *self, struct ctx *c, struct str kind, int64_t count,
                         struct id_segment *out)
{
    struct table *t = self;

    (void)kind;
    pthread_mutex_lock(&t->lock);
    t->asked++;
    struct err *e = t->fails ? err_new(c, ERR_UNAVAILABLE, "the table is away") : NULL;

    if (!e)
        *out = (struct id_segment){t->last + 1, t->last + count};
    t->last += e ? 0 : count;
    t->most = count > t->most ? count : t->most;
    pthread_mutex_unlock(&t->lock);
    return e;
}

static int setup(void **state)
{
    static struct table t;

    t = (struct table){.lock = PTHREAD_MUTEX_INITIALIZER};
    t.segments = id_segments_create(fetch, &t);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    struct table *t = *state;

    id_segments_destroy(t->segments);
    test_clock_run();
    return 0;
}

static int64_t next(struct table *t, struct ctx *c)
{
    int64_t id = 0;

    assert_ok(c, id_segments_next(t->segments, c, STR("thing"), &id));
    return id;
}

static void one_process_alone_leaves_out_none(void **state)
{
    struct table *t = *state;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    for (int64_t want = 1; want <= 1000; want++)
        assert_int_equal(next(t, &c), want);
    assert_true(t->asked < 20); /* segments grow with the need */
    arena_fini(&arena);
}

static void kinds_do_not_meet(void **state)
{
    struct table *t = *state;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    int64_t other = 0, first = next(t, &c);

    assert_ok(&c, id_segments_next(t->segments, &c, STR("other"), &other));
    assert_int_equal(next(t, &c), first + 1);
    assert_true(other > first + 1);
    arena_fini(&arena);
}

static struct err *take_many(void *self, struct ctx *c, int number)
{
    struct table *t = self;

    (void)number;
    for (int i = 0; i < EACH; i++) {
        int64_t id = 0;

        TRY(id_segments_next(t->segments, c, STR("thing"), &id));
        pthread_mutex_lock(&t->lock);
        bool twice = t->seen[id];

        t->seen[id] = true;
        pthread_mutex_unlock(&t->lock);
        if (twice)
            return err_new(c, ERR_INTERNAL, "an id came twice");
    }
    return NULL;
}

static void many_threads_get_each_id_once(void **state)
{
    struct table *t = *state;

    assert_int_equal(crew_run(take_many, t, CREW), 0);
    for (int id = 1; id <= CREW * EACH; id++)
        assert_true(t->seen[id]);
}

static void while_some_are_left_a_table_that_is_away_is_not_noticed(void **state)
{
    struct table *t = *state;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    int64_t id = 0;

    for (int64_t want = 1; want <= 4; want++) /* the next segment is there by now */
        assert_int_equal(next(t, &c), want);
    t->fails = true;
    while (id < t->last)
        id = next(t, &c);
    assert_err(id_segments_next(t->segments, &c, STR("thing"), &id), ERR_UNAVAILABLE);
    t->fails = false;
    assert_int_equal(next(t, &c), id + 1);
    arena_fini(&arena);
}

static void a_segment_that_lasts_too_long_is_followed_by_a_smaller_one(void **state)
{
    struct table *t = *state;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    for (int i = 0; i < 1000; i++)
        (void)next(t, &c);
    int64_t large = t->most, asked = t->asked;

    for (int i = 0; i < 5000; i++) {
        test_clock_skip(INT64_C(10000000000));
        (void)next(t, &c);
    }
    assert_true(t->most == large && t->asked - asked > 20);
    arena_fini(&arena);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_process_alone_leaves_out_none),
        CASE(kinds_do_not_meet),
        CASE(many_threads_get_each_id_once),
        CASE(while_some_are_left_a_table_that_is_away_is_not_noticed),
        CASE(a_segment_that_lasts_too_long_is_followed_by_a_smaller_one),
    };

    return cmocka_run_group_tests_name("id_segments", tests, NULL, NULL);
}
