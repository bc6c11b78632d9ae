/* Tests of looking at migrations: what is missing, what is not ours; nothing is applied. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "migrate.h"
#include "scratch_db.h"

static const struct migration two_steps[] = {
    {"demo", 1, "create", "CREATE TABLE demo_a (id INTEGER PRIMARY KEY)"},
    {"demo", 2, "more", "CREATE TABLE demo_b (id INTEGER PRIMARY KEY)"},
};

static void apply(struct db_fixture *f, size_t n)
{
    assert_ok(&f->ctx, migrate(f->db, &f->ctx, &(struct migration_list){two_steps, n}, 1));
}

static struct migration_steps look(struct db_fixture *f, size_t n)
{
    struct migration_list list = {two_steps, n};
    struct migration_steps steps = {0};

    assert_ok(&f->ctx, migrate_look(f->db, &f->ctx, (struct migration_lists){&list, 1}, &steps));
    return steps;
}

static void a_look_tells_which_steps_are_missing_and_applies_none(void **state)
{
    struct db_fixture *f = *state;

    assert_int_equal(look(f, 2).at[0].applied_at, 0); /* a database of nothing */
    apply(f, 1);
    struct migration_steps steps = look(f, 2);

    assert_int_equal(steps.count, 2);
    assert_true(steps.at[0].applied_at > 0 && steps.at[0].known);
    assert_int_equal(steps.at[1].applied_at, 0);
    assert_true(steps.at[1].known);
    assert_str(steps.at[1].name, STR("more"));
    assert_int_equal(look(f, 2).at[1].applied_at, 0);
}

static void a_look_tells_which_steps_are_not_ours(void **state)
{
    struct db_fixture *f = *state;

    apply(f, 2);
    struct migration_steps steps = look(f, 1);

    assert_int_equal(steps.count, 2);
    assert_true(steps.at[0].known);
    assert_false(steps.at[1].known);
    assert_str(steps.at[1].owner, STR("demo"));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, db_fixture_setup, db_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_look_tells_which_steps_are_missing_and_applies_none),
        CASE(a_look_tells_which_steps_are_not_ours),
    };

    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
