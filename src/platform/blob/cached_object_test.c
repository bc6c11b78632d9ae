/* Tests of a cached object: which slices are asked for, and who is woken by which. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cached_object.h"

#include "test.h"

enum { SLICES = 200 };
static const int64_t SIZE = (int64_t)SLICES * BLOB_CACHE_SLICE - 1;

static int setup(void **state)
{
    const struct s3_reply head = {.length = SIZE, .etag = STR("\"abc\"")};

    *state = cached_object_create(STR("v/x"), &head, -1);
    return 0;
}

static int teardown(void **state)
{
    cached_object_destroy(*state);
    return 0;
}

static int64_t slice(size_t i)
{
    return (int64_t)i * BLOB_CACHE_SLICE;
}

static void assert_wants(struct cached_object *o, int64_t at, int64_t end, size_t from,
                         size_t count)
{
    size_t got;

    assert_int_equal(cached_object_want(o, at, end, false, &got), from);
    assert_int_equal(got, count);
}

static void assert_wants_nothing(struct cached_object *o, int64_t at, int64_t end)
{
    size_t got;

    (void)cached_object_want(o, at, end, false, &got);
    assert_int_equal(got, 0);
}

static void one_request_gets_a_bounded_run(void **state)
{
    assert_wants(*state, 0, SIZE, 0, BLOB_CACHE_RUN);
}

static void no_more_is_asked_for_than_is_needed(void **state)
{
    assert_wants(*state, slice(3) + 1, slice(5), 3, 2);
    assert_wants_nothing(*state, slice(3) + 1, slice(5));
    assert_wants(*state, slice(4), slice(5) + 1, 5, 1);
    assert_wants(*state, SIZE - 1, SIZE, SLICES - 1, 1);
}

/* However often he looks. */
static void who_stands_still_asks_for_a_little_ahead(void **state)
{
    assert_wants(*state, 0, SIZE, 0, BLOB_CACHE_RUN);
    assert_wants_nothing(*state, 0, SIZE);
    assert_wants_nothing(*state, slice(BLOB_CACHE_RUN - BLOB_CACHE_AHEAD), SIZE);
    assert_wants(*state, slice(BLOB_CACHE_RUN - BLOB_CACHE_AHEAD + 1), SIZE, BLOB_CACHE_RUN,
                 BLOB_CACHE_RUN);
}

static void what_is_on_its_way_is_not_asked_for_again(void **state)
{
    assert_wants(*state, slice(10), slice(12), 10, 2);
    assert_wants(*state, slice(8), slice(14), 8, 2);
    assert_wants(*state, slice(8), slice(14), 12, 2);
    assert_wants_nothing(*state, slice(8), slice(14));
}

static void bytes_are_readable_as_they_come_and_count_once(void **state)
{
    struct cached_object *o = *state;

    assert_wants(o, 0, slice(2), 0, 2);
    assert_int_equal(cached_object_readable(o, 0), 0);
    assert_int_equal(cached_object_arrived(o, 0, 1000), 1000);
    assert_int_equal(cached_object_readable(o, 0), 1000);
    assert_int_equal(cached_object_readable(o, 999), 1);
    assert_int_equal(cached_object_readable(o, 1000), 0);
    assert_int_equal(cached_object_arrived(o, 0, 500), 0); /* the request was tried again */
    assert_int_equal(cached_object_arrived(o, 0, slice(1) + 10), slice(1) + 10 - 1000);
    assert_int_equal(cached_object_readable(o, slice(1)), 10);
    assert_int_equal(o->held, slice(1) + 10);
    assert_true(cached_object_has(o, 0, slice(1)));
    assert_false(cached_object_has(o, 0, slice(1) + 1));
    assert_int_equal(cached_object_readable(o, SIZE), -1);
}

static void what_failed_is_got_again_only_when_it_is_asked_for_anew(void **state)
{
    struct cached_object *o = *state;
    size_t count;

    assert_wants(o, 0, slice(3), 0, 3);
    (void)cached_object_arrived(o, 0, slice(1) + 7);
    cached_object_failed(o, 0, 3);
    assert_int_equal(cached_object_readable(o, 0), slice(1));
    assert_int_equal(cached_object_readable(o, slice(1) + 6), 1);
    assert_int_equal(cached_object_readable(o, slice(1) + 7), -1);
    assert_wants_nothing(o, slice(1), slice(3));
    assert_int_equal(cached_object_want(o, 0, slice(3), true, &count), 1);
    assert_int_equal(count, 2);
    assert_int_equal(cached_object_readable(o, slice(1) + 7), 0);
}

static void who_waits_is_ready_when_his_byte_is_here_or_never_comes(void **state)
{
    struct cached_object *o = *state;
    struct cached_waiter third = {.at = slice(2)}, second = {.next = &third, .at = slice(1) + 5};
    struct cached_waiter first = {.next = &second, .at = 9};

    assert_wants(o, 0, slice(3), 0, 3);
    o->waiters = &first;
    (void)cached_object_arrived(o, 0, 9);
    assert_null(cached_object_ready(o));
    (void)cached_object_arrived(o, 0, 10);
    assert_ptr_equal(cached_object_ready(o), &first);
    assert_null(first.next);
    (void)cached_object_arrived(o, 0, slice(1));
    assert_null(cached_object_ready(o));
    cached_object_failed(o, 0, 3);
    struct cached_waiter *both = cached_object_ready(o);

    assert_ptr_equal(both, &third);
    assert_ptr_equal(both->next, &second);
    assert_null(o->waiters);
}

static void another_object_under_the_same_key_has_another_version(void **state)
{
    const struct cached_object *o = *state;
    const struct s3_reply others[] = {
        {.length = SIZE, .etag = STR_INIT("\"abd\"")},
        {.length = SIZE, .etag = STR_INIT("\"abc\""), .modified_ms = 1}};

    for (size_t i = 0; i < COUNT(others); i++) {
        struct cached_object *other = cached_object_create(STR("v/x"), &others[i], -1);

        assert_true(other->info.version != o->info.version);
        cached_object_destroy(other);
    }
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(one_request_gets_a_bounded_run),
        CASE(no_more_is_asked_for_than_is_needed),
        CASE(who_stands_still_asks_for_a_little_ahead),
        CASE(what_is_on_its_way_is_not_asked_for_again),
        CASE(bytes_are_readable_as_they_come_and_count_once),
        CASE(what_failed_is_got_again_only_when_it_is_asked_for_anew),
        CASE(who_waits_is_ready_when_his_byte_is_here_or_never_comes),
        CASE(another_object_under_the_same_key_has_another_version),
    };

    return cmocka_run_group_tests_name("cached_object", tests, NULL, NULL);
}
