/* Tests of the near cache's map: versions, eviction, many threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "near_table.h"

enum { ROOM = 1 << 20, SIZE = 100, KEYS = 8, ROUNDS = 5000, FILLERS = 3 };

static atomic_int alive; /* values that were made and not freed */

static int64_t *number(int64_t n)
{
    int64_t *value = malloc(sizeof(*value));

    if (!value)
        abort();
    alive++;
    *value = n;
    return value;
}

static void number_free(void *value)
{
    alive--;
    free(value);
}

static struct near_key key(int64_t a)
{
    return (struct near_key){a, 0};
}

static void copy(void *arg, void *value)
{
    *(int64_t *)arg = *(int64_t *)value;
}

/* -1: not there. */
static int64_t get(struct near_table *t, struct near_key k)
{
    int64_t found = -1;

    return near_table_read(t, k, copy, &found) ? found : -1;
}

static void fill(struct near_table *t, struct near_key k, int64_t n)
{
    near_table_add(t, k, near_table_version(t, k), number(n), SIZE);
}

static size_t set(void *arg, void *value, size_t size)
{
    *(int64_t *)value = *(int64_t *)arg;
    return size;
}

static size_t refuse(void *arg, void *value, size_t size)
{
    (void)arg;
    (void)value;
    (void)size;
    return 0;
}

static size_t resize(void *arg, void *value, size_t size)
{
    (void)value;
    (void)size;
    return *(const size_t *)arg;
}

static int setup(void **state)
{
    alive = 0;
    *state = near_table_create(ROOM, number_free);
    return 0;
}

static int teardown(void **state)
{
    near_table_destroy(*state);
    return alive; /* every value was freed once */
}

/* ---- filling ---- */

static void what_was_filled_is_there_under_its_whole_key(void **state)
{
    struct near_table *t = *state;

    fill(t, (struct near_key){1, 2}, 12);
    fill(t, (struct near_key){2, 1}, 21);
    assert_int_equal(get(t, (struct near_key){1, 2}), 12);
    assert_int_equal(get(t, (struct near_key){2, 1}), 21);
    assert_int_equal(get(t, (struct near_key){1, 0}), -1);
    assert_int_equal(get(t, (struct near_key){1, 3}), -1);
}

static void filling_again_replaces(void **state)
{
    struct near_table *t = *state;

    fill(t, key(1), 10);
    fill(t, key(1), 11);
    assert_int_equal(get(t, key(1)), 11);
    assert_int_equal(near_table_stats(t).count, 1);
    assert_int_equal(alive, 1);
}

static void a_slow_filler_never_overwrites_a_change(void **state)
{
    struct near_table *t = *state;
    int64_t now = 11;

    fill(t, key(1), 10);
    uint64_t version = near_table_version(t, key(1));

    near_table_change(t, key(1), set, &now);
    near_table_add(t, key(1), version, number(10), SIZE);
    assert_int_equal(get(t, key(1)), 11);
    assert_int_equal(near_table_stats(t).stale, 1);
    assert_int_equal(alive, 1);
}

static void a_change_of_what_is_not_there_stops_a_slow_filler_too(void **state)
{
    struct near_table *t = *state;
    uint64_t version = near_table_version(t, key(1));
    int64_t now = 11;

    near_table_change(t, key(1), set, &now);
    assert_int_equal(get(t, key(1)), -1);
    near_table_add(t, key(1), version, number(10), SIZE);
    assert_int_equal(get(t, key(1)), -1);
    fill(t, key(1), 11);
    assert_int_equal(get(t, key(1)), 11);
}

/* ---- changing ---- */

static void a_change_updates_in_place(void **state)
{
    struct near_table *t = *state;
    int64_t now = 11;

    fill(t, key(1), 10);
    fill(t, key(2), 20);
    near_table_change(t, key(1), set, &now);
    assert_int_equal(get(t, key(1)), 11);
    assert_int_equal(get(t, key(2)), 20);
}

static void a_change_drops_what_it_cannot_update(void **state)
{
    struct near_table *t = *state;

    fill(t, key(1), 10);
    fill(t, key(2), 20);
    near_table_change(t, key(1), refuse, NULL);
    near_table_change(t, key(2), NULL, NULL);
    assert_int_equal(get(t, key(1)), -1);
    assert_int_equal(get(t, key(2)), -1);
    assert_int_equal(alive, 0);
    assert_int_equal(near_table_stats(t).bytes, 0);
    near_table_change(t, key(1), NULL, NULL); /* again: nothing there */
}

/* ---- bounds ---- */

static void a_cleared_table_is_empty_and_takes_nothing_read_before(void **state)
{
    struct near_table *t = *state;
    uint64_t before = near_table_version(t, key(1));

    fill(t, key(1), 10);
    fill(t, key(2), 20);
    near_table_clear(t);
    near_table_add(t, key(1), before, number(11), SIZE);
    assert_int_equal(get(t, key(1)), -1);
    assert_int_equal(get(t, key(2)), -1);
    fill(t, key(1), 12);
    assert_int_equal(get(t, key(1)), 12);
}

static void bytes_stay_below_the_limit(void **state)
{
    struct near_table *t = *state;

    for (int64_t i = 1; i <= 4 * ROOM / SIZE; i++)
        fill(t, key(i), i);
    struct near_table_stats stats = near_table_stats(t);

    assert_true(stats.bytes <= ROOM);
    assert_true(stats.bytes > ROOM / 2); /* and it is made use of */
    assert_true(stats.evicted > 0);
    assert_int_equal(stats.count, alive);
    assert_int_equal(stats.count + stats.evicted, 4 * ROOM / SIZE);
}

/* Keys that a change of one moves the version of all: those of one shard. */
static void keys_of_one_shard(struct near_table *t, int64_t *out, size_t count)
{
    size_t found = 0;

    for (int64_t i = 1; found < count; i++) {
        uint64_t before = near_table_version(t, key(i));

        near_table_change(t, key(1), NULL, NULL);
        if (near_table_version(t, key(i)) != before)
            out[found++] = i;
    }
}

/* What an entry takes beside its value. */
static size_t beside(struct near_table *t)
{
    size_t before = near_table_stats(t).bytes;

    fill(t, key(1), 1);
    size_t bytes = near_table_stats(t).bytes - before - near_heap_bytes(SIZE);

    near_table_change(t, key(1), NULL, NULL);
    return bytes;
}

/* A table with room for two, and two in it; all three keys share a shard. */
static struct near_table *full_of_two(struct near_table *other, int64_t k[3])
{
    struct near_table *t =
        near_table_create(2 * (beside(other) + near_heap_bytes(SIZE)), number_free);

    keys_of_one_shard(t, k, 3);
    fill(t, key(k[0]), 0);
    fill(t, key(k[1]), 1);
    return t;
}

static void what_was_not_used_longest_goes_first(void **state)
{
    int64_t k[3];
    struct near_table *t = full_of_two(*state, k);

    assert_int_equal(get(t, key(k[0])), 0); /* used: now k[1] is the oldest */
    fill(t, key(k[2]), 2);
    assert_int_equal(get(t, key(k[1])), -1);
    assert_int_equal(get(t, key(k[0])), 0);
    assert_int_equal(get(t, key(k[2])), 2);
    near_table_destroy(t);
    assert_int_equal(alive, 0);
}

static void what_was_just_added_is_not_the_first_to_go(void **state)
{
    int64_t k[3];
    struct near_table *t = full_of_two(*state, k);

    assert_int_equal(get(t, key(k[0])), 0); /* all others are in use */
    assert_int_equal(get(t, key(k[1])), 1);
    fill(t, key(k[2]), 2);
    assert_int_equal(get(t, key(k[2])), 2);
    assert_int_equal(near_table_stats(t).count, 2);
    near_table_destroy(t);
}

static void a_large_one_may_take_the_place_of_all_others(void **state)
{
    enum { MANY = 200 };
    struct near_table *t = *state;

    for (int64_t i = 1; i <= MANY; i++)
        fill(t, key(i), i);
    near_table_add(t, key(7), near_table_version(t, key(7)), number(77), ROOM - 200);
    assert_int_equal(get(t, key(7)), 77);
    assert_true(near_table_stats(t).bytes <= ROOM);
    assert_int_equal(near_table_stats(t).count, alive);
    assert_true(near_table_stats(t).evicted >= MANY - 2);
}

static void what_grows_by_a_change_is_counted(void **state)
{
    struct near_table *t = *state;
    size_t large = ROOM / 2, small = SIZE, before;

    fill(t, key(1), 1);
    fill(t, key(2), 2);
    before = near_table_stats(t).bytes;
    near_table_change(t, key(1), resize, &large);
    assert_int_equal(near_table_stats(t).bytes - before,
                     near_heap_bytes(large) - near_heap_bytes(SIZE));
    near_table_change(t, key(1), resize, &small);
    assert_int_equal(near_table_stats(t).bytes, before);
    near_table_change(t, key(1), resize, &large);
    near_table_change(t, key(2), resize, &large);
    assert_true(near_table_stats(t).bytes <= ROOM);
    assert_int_equal(get(t, key(1)), -1);
    assert_int_equal(get(t, key(2)), 2);
}

static void the_heap_takes_what_is_counted(void **state)
{
    (void)state;
    for (size_t size = 24; size < 5000; size += 7) { /* smaller ones get 24 */
        void *p = malloc(size);
        size_t usable = malloc_usable_size(p);

        assert_true(near_heap_bytes(size) >= size + 8);
        assert_true(near_heap_bytes(size) <= usable + 8 || usable == size); /* a sanitizer's */
        assert_true(near_heap_bytes(size) + 16 >=
                    usable + 8); /* what is left over may stay with it */
        free(p);
    }
}

static void looks_are_counted(void **state)
{
    struct near_table *t = *state;

    (void)get(t, key(1));
    fill(t, key(1), 1);
    (void)get(t, key(1));
    (void)get(t, key(1));
    assert_int_equal(near_table_stats(t).hits, 2);
    assert_int_equal(near_table_stats(t).misses, 1);
}

static void there_may_be_nothing_to_destroy(void **state)
{
    (void)state;
    near_table_destroy(NULL);
}

/* ---- threads ---- */

/* The rows that the table is filled from; a change is first made here, as a commit is. */
struct crowd {
    struct near_table *t;
    _Atomic int64_t truth[KEYS];
    atomic_bool over;
    atomic_bool went_back;
};

static void *keep_filling(void *arg)
{
    struct crowd *c = arg;

    for (size_t i = 0; !c->over; i++) {
        struct near_key k = key((int64_t)(i % KEYS));
        uint64_t version = near_table_version(c->t, k);

        near_table_add(c->t, k, version, number(c->truth[i % KEYS]), SIZE);
    }
    return NULL;
}

static void *keep_changing(void *arg)
{
    struct crowd *c = arg;

    for (int64_t i = 1; i <= ROUNDS; i++) {
        size_t at = (size_t)i % KEYS;
        int64_t now = i;

        c->truth[at] = now;
        near_table_change(c->t, key((int64_t)at), i % 5 ? set : NULL, &now);
        int64_t seen = get(c->t, key((int64_t)at));

        if (seen != -1 && seen != now)
            c->went_back = true;
    }
    c->over = true;
    return NULL;
}

static void whoever_changed_a_row_never_sees_an_older_one(void **state)
{
    struct crowd c = {.t = *state};
    pthread_t fillers[FILLERS], changer;

    for (size_t i = 0; i < FILLERS; i++)
        assert_int_equal(pthread_create(&fillers[i], NULL, keep_filling, &c), 0);
    assert_int_equal(pthread_create(&changer, NULL, keep_changing, &c), 0);
    assert_int_equal(pthread_join(changer, NULL), 0);
    for (size_t i = 0; i < FILLERS; i++)
        assert_int_equal(pthread_join(fillers[i], NULL), 0);
    assert_false(c.went_back);
    for (size_t i = 0; i < KEYS; i++) {
        int64_t seen = get(c.t, key((int64_t)i));

        assert_true(seen == -1 || seen == c.truth[i]);
    }
}

#define TABLE_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TABLE_TEST(what_was_filled_is_there_under_its_whole_key),
        TABLE_TEST(filling_again_replaces),
        TABLE_TEST(a_slow_filler_never_overwrites_a_change),
        TABLE_TEST(a_change_of_what_is_not_there_stops_a_slow_filler_too),
        TABLE_TEST(a_change_updates_in_place),
        TABLE_TEST(a_change_drops_what_it_cannot_update),
        TABLE_TEST(a_cleared_table_is_empty_and_takes_nothing_read_before),
        TABLE_TEST(bytes_stay_below_the_limit),
        TABLE_TEST(what_was_not_used_longest_goes_first),
        TABLE_TEST(what_was_just_added_is_not_the_first_to_go),
        TABLE_TEST(a_large_one_may_take_the_place_of_all_others),
        TABLE_TEST(what_grows_by_a_change_is_counted),
        TEST(the_heap_takes_what_is_counted),
        TABLE_TEST(looks_are_counted),
        TEST(there_may_be_nothing_to_destroy),
        TABLE_TEST(whoever_changed_a_row_never_sees_an_older_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
