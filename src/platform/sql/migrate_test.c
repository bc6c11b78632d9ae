/* Tests of migrations: applied once, in order, or refused; and of looking at them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "migrate.h"
#include "scratch_db.h"

static const struct migration two_steps[] = {
    {"demo", 1, "create", "CREATE TABLE demo_a (id BIGINT)"},
    {"demo", 2, "more", "CREATE TABLE demo_b (id BIGINT); CREATE TABLE demo_c (id BIGINT)"},
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

static struct err *migrate_demo(struct db_fixture *f, const struct migration *steps, size_t n)
{
    struct migration_list list = {steps, n};

    return migrate(f->db, &f->ctx, &list, 1);
}

static void migrations_run_once_and_in_order(void **state)
{
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, migrate_demo(f, two_steps, 1));
    assert_ok(&f->ctx, migrate_demo(f, two_steps, 2));
    assert_ok(&f->ctx, migrate_demo(f, two_steps, 2));
}

static void a_newer_database_is_refused(void **state)
{
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, migrate_demo(f, two_steps, 2));
    assert_err(migrate_demo(f, two_steps, 1), ERR_PRECONDITION);
}

static void a_changed_migration_is_refused(void **state)
{
    struct db_fixture *f = *state;
    const struct migration edited = {"demo", 1, "create", "CREATE TABLE demo_a (id INT)"};

    assert_ok(&f->ctx, migrate_demo(f, two_steps, 1));
    assert_err(migrate_demo(f, &edited, 1), ERR_PRECONDITION);
}

static void a_broken_migration_leaves_nothing(void **state)
{
    struct db_fixture *f = *state;
    const struct migration broken[] = {two_steps[0], {"demo", 2, "bad", "CREATE TABEL x"}};

    assert_non_null(migrate_demo(f, broken, 2));
    assert_ok(&f->ctx, migrate_demo(f, two_steps, 2)); /* demo_a does not exist yet */
}

static struct err *count_indexes(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows, "SELECT count(*) FROM sqlite_master WHERE type = ?",
                  sql_text(STR("index"))));
    assert_true(sql_next(&rows));
    *(int64_t *)arg = sql_i64(&rows, 0);
    return NULL;
}

static int64_t indexes(struct db_fixture *f)
{
    int64_t count = 0;

    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, count_indexes, &count));
    return count;
}

/* Looking for one in a tree of keys first would double what a look-up costs. */
static void a_numeric_key_is_the_place_of_its_row(void **state)
{
    static const struct migration keyed[] = {
        {"demo", 1, "create",
         "CREATE TABLE demo_a (id BIGINT PRIMARY KEY, other BIGINT);"
         "CREATE TABLE demo_b (a BIGINT PRIMARY KEY)"},
        {"demo", 2, "text", "CREATE TABLE demo_c (name VARCHAR(8) PRIMARY KEY)"},
    };
    struct db_fixture *f = *state;
    int64_t before;

    assert_ok(&f->ctx, migrate_demo(f, two_steps, 0)); /* the table of steps has an index */
    before = indexes(f);
    assert_ok(&f->ctx, migrate_demo(f, keyed, 1));
    assert_int_equal(indexes(f), before);
    assert_ok(&f->ctx, migrate_demo(f, keyed, 2));
    assert_int_equal(indexes(f), before + 1);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, db_fixture_setup, db_fixture_teardown)

int main(int argc, char **argv)
{
    /* The last ones are about a file, which one process has to itself. */
    enum { OF_FILES = 2 };
    const struct CMUnitTest tests[] = {
        CASE(a_look_tells_which_steps_are_missing_and_applies_none),
        CASE(a_look_tells_which_steps_are_not_ours),
        CASE(migrations_run_once_and_in_order),
        CASE(a_newer_database_is_refused),
        CASE(a_changed_migration_is_refused),
        CASE(a_broken_migration_leaves_nothing),
        CASE(a_numeric_key_is_the_place_of_its_row),
    };

    if (!scratch_begin(argc, argv))
        return 0;
    return _cmocka_run_group_tests("migrate", tests,
                                   COUNT(tests) - (scratch_on_server() ? OF_FILES : 0), NULL, NULL);
}
