/* Tests of near_table: late fills lose, changes win, memory is bounded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <stdlib.h>

#include "near_table.h"

enum { VALUE_BYTES = 1000, TABLE_BYTES = 64 * 16 * 1024, MANY = 4000, THREADS = 4, ROUNDS = 3000 };

static struct near_key key(int64_t a)
{
    return (struct near_key){a, 0};
}

static int64_t *value(int64_t n)
{
    int64_t *v = malloc(sizeof(*v));

    if (!v)
        abort();
    *v = n;
    return v;
}

static void copy(void *arg, void *v)
{
    *(int64_t *)arg = *(int64_t *)v;
}

static bool set(void *arg, void *v)
{
    *(int64_t *)v = *(int64_t *)arg;
    return true;
}

static int setup(void **state)
{
    *state = near_table_create(TABLE_BYTES, free);
    return 0;
}

static int teardown(void **state)
{
    near_table_destroy(*state);
    return 0;
}

static void fill(struct near_table *t, int64_t id, int64_t n)
{
    near_table_add(t, key(id), near_table_version(t, key(id)), value(n), VALUE_BYTES);
}

static int64_t get(struct near_table *t, int64_t id)
{
    int64_t got = -1;

    return near_table_read(t, key(id), copy, &got) ? got : -1;
}

static void what_was_added_is_found_until_it_is_dropped(void **state)
{
    struct near_table *t = *state;

    assert_int_equal(get(t, 7), -1);
    fill(t, 7, 70);
    assert_int_equal(get(t, 7), 70);
    near_table_change(t, key(7), NULL, NULL);
    assert_int_equal(get(t, 7), -1);
}

static void a_filler_that_read_before_a_change_never_wins(void **state)
{
    struct near_table *t = *state;
    uint64_t version = near_table_version(t, key(7)); /* now it reads the old value ... */
    int64_t fresh = 71;

    near_table_change(t, key(7), set, &fresh); /* ... which is changed, though not yet here ... */
    near_table_add(t, key(7), version, value(70), VALUE_BYTES);
    assert_int_equal(get(t, 7), -1); /* ... so the old one is not kept */
    assert_int_equal(near_table_stats(t).stale, 1);
}

static void a_change_sets_what_is_there(void **state)
{
    struct near_table *t = *state;
    int64_t fresh = 71;

    fill(t, 7, 70);
    near_table_change(t, key(7), set, &fresh);
    assert_int_equal(get(t, 7), 71);
}

static void a_second_filler_replaces_the_first(void **state)
{
    struct near_table *t = *state;

    fill(t, 7, 70);
    fill(t, 7, 71);
    assert_int_equal(get(t, 7), 71);
    assert_int_equal(near_table_stats(t).count, 1);
}

static void both_halves_of_a_key_count(void **state)
{
    struct near_table *t = *state;
    struct near_key ab = {1, 2}, ba = {2, 1};
    int64_t got = -1;

    near_table_add(t, ab, near_table_version(t, ab), value(12), VALUE_BYTES);
    assert_false(near_table_read(t, ba, copy, &got));
    assert_true(near_table_read(t, ab, copy, &got));
    assert_int_equal(got, 12);
}

static void the_least_recently_used_goes_first(void **state)
{
    struct near_table *t = *state;

    fill(t, 1, 1);
    for (int64_t id = 2; id < MANY; id++) {
        fill(t, id, id);
        assert_int_equal(get(t, 1), 1); /* in use all along */
    }
    struct near_table_stats s = near_table_stats(t);

    assert_true(s.evicted > 0);
    assert_true(s.bytes <= TABLE_BYTES);
    assert_int_equal(get(t, 2), -1);
}

struct writer {
    struct near_table *t;
    int64_t id;
};

/* The writer's order: the row, then the cache; a reader may fill at any moment. */
static void *write_rows(void *arg)
{
    struct writer *w = arg;

    for (int64_t n = 1; n <= ROUNDS; n++)
        near_table_change(w->t, key(w->id), set, &n);
    return NULL;
}

static void *fill_rows(void *arg)
{
    struct writer *w = arg;

    for (int64_t n = 0; n < ROUNDS; n++) {
        fill(w->t, w->id, n);
        (void)get(w->t, w->id);
        fill(w->t, 1000 + n, n);
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    struct writer w = {*state, 7};
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, i % 2 ? write_rows : fill_rows, &w), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(near_table_stats(*state).bytes <= TABLE_BYTES);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_added_is_found_until_it_is_dropped),
        CASE(a_filler_that_read_before_a_change_never_wins),
        CASE(a_change_sets_what_is_there),
        CASE(a_second_filler_replaces_the_first),
        CASE(both_halves_of_a_key_count),
        CASE(the_least_recently_used_goes_first),
        CASE(threads_share_it),
    };

    return cmocka_run_group_tests_name("near_table", tests, NULL, NULL);
}
