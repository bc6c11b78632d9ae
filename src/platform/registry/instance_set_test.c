/* Tests of the set of known instances. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "fixture.h"
#include "instance_set.h"

struct fixture {
    struct arena arena;
    struct instance_set set;
};

static int setup(void **state)
{
    (void)fixture_new(state, sizeof(struct fixture));
    return 0;
}

/* "a:1 b:2" */
static struct str addresses(struct fixture *f)
{
    size_t count;
    const struct str *all = instance_set_addresses(&f->set, &f->arena, &count);
    const char *text = "";

    for (size_t i = 0; i < count; i++)
        text = arena_printf(&f->arena, "%s%s" STR_FMT, text, i ? " " : "", STR_ARG(all[i]));
    return str_of(text);
}

static void put(struct fixture *f, const char *id, const char *address)
{
    assert_true(instance_set_put(&f->set, str_of(id), str_of(address)));
}

static void addresses_come_in_order_and_each_once(void **state)
{
    struct fixture *f = *state;

    assert_str(addresses(f), STR(""));
    put(f, "1", "b:10");
    put(f, "2", "b:1");
    put(f, "3", "a:1");
    put(f, "4", "b:1");
    assert_str(addresses(f), STR("a:1 b:1 b:10"));
    instance_set_remove(&f->set, STR("4"));
    assert_str(addresses(f), STR("a:1 b:1 b:10"));
    instance_set_remove(&f->set, STR("2"));
    assert_str(addresses(f), STR("a:1 b:10"));
}

static bool changes(struct fixture *f)
{
    bool changed = f->set.changed;

    f->set.changed = false;
    return changed;
}

static void only_what_changes_addresses_is_a_change(void **state)
{
    struct fixture *f = *state;

    put(f, "1", "a:1");
    assert_true(changes(f));
    put(f, "1", "a:1");
    assert_false(changes(f));
    put(f, "1", "a:2");
    assert_true(changes(f));
    instance_set_remove(&f->set, STR("2"));
    assert_false(changes(f));
    instance_set_remove(&f->set, STR("1"));
    assert_true(changes(f));
}

static void what_is_missing_when_all_is_read_anew_fades(void **state)
{
    struct fixture *f = *state;

    put(f, "kept", "a:1");
    put(f, "missing", "b:1");
    put(f, "returns", "c:1");
    instance_set_begin(&f->set);
    put(f, "kept", "a:1");
    instance_set_end(&f->set, 100);
    put(f, "returns", "c:1");
    instance_set_fade(&f->set, 99);
    assert_str(addresses(f), STR("a:1 b:1 c:1"));
    instance_set_fade(&f->set, 100);
    assert_str(addresses(f), STR("a:1 c:1"));
}

/* Reading anew over and over must not keep it for ever. */
static void what_fades_does_so_when_it_was_said_first(void **state)
{
    struct fixture *f = *state;

    put(f, "missing", "b:1");
    for (int64_t at = 100; at < 103; at++) {
        instance_set_begin(&f->set);
        instance_set_end(&f->set, at);
    }
    instance_set_fade(&f->set, 100);
    assert_str(addresses(f), STR(""));
}

static void a_full_set_takes_no_more_but_for_one_that_fades(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < INSTANCES_MAX; i++)
        put(f, arena_printf(&f->arena, "%d", i), "a:1");
    assert_false(instance_set_put(&f->set, STR("more"), STR("b:1")));
    put(f, "0", "c:1");
    instance_set_begin(&f->set);
    for (int i = 1; i < INSTANCES_MAX; i++)
        put(f, arena_printf(&f->arena, "%d", i), "a:1");
    instance_set_end(&f->set, 100);
    put(f, "more", "b:1");
    assert_str(addresses(f), STR("a:1 b:1"));
    assert_false(instance_set_put(&f->set, STR("yet more"), STR("d:1")));
}

static void what_is_too_long_or_empty_is_refused(void **state)
{
    struct fixture *f = *state;
    char text[HOST_PORT_MAX + 1];

    memset(text, 'x', sizeof(text));
    put(f, "1", "a:1");
    assert_true(instance_set_put(&f->set, (struct str){text, INSTANCE_ID_MAX},
                                 (struct str){text, HOST_PORT_MAX}));
    assert_false(instance_set_put(&f->set, (struct str){text, INSTANCE_ID_MAX + 1}, STR("a:1")));
    assert_false(instance_set_put(&f->set, STR("1"), (struct str){text, HOST_PORT_MAX + 1}));
    assert_false(instance_set_put(&f->set, STR(""), STR("a:1")));
    assert_false(instance_set_put(&f->set, STR("2"), STR("")));
    assert_int_equal(f->set.count, 2);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(addresses_come_in_order_and_each_once),
        CASE(only_what_changes_addresses_is_a_change),
        CASE(what_is_missing_when_all_is_read_anew_fades),
        CASE(what_fades_does_so_when_it_was_said_first),
        CASE(a_full_set_takes_no_more_but_for_one_that_fades),
        CASE(what_is_too_long_or_empty_is_refused),
    };

    return cmocka_run_group_tests_name("instance_set", tests, NULL, NULL);
}
