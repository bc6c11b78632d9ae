/* Tests of statements for rows that may be there already, and for lists of ids. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch_db.h"

static struct err *create_table(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_script(tx, c, "CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR(8) UNIQUE)");
}

static int setup(void **state)
{
    (void)db_fixture_setup(state);
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, create_table, NULL));
    return 0;
}

static struct err *insert(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_exec(tx, c, "INSERT INTO t (id, name) VALUES (?, NULL)", sql_int(*(int64_t *)arg));
}

static struct err *insert_a(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_exec(tx, c, "INSERT INTO t (id, name) VALUES (1, 'a')");
}

static struct err *change_nothing(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_exec_count(tx, c, arg, "UPDATE t SET name = name WHERE name = ?",
                          sql_text(STR("a")));
}

static void a_row_that_is_met_counts_even_when_it_stays_as_it_is(void **state)
{
    struct db_fixture *f = *state;
    int64_t met = 0;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, insert_a, NULL));
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, change_nothing, &met));
    assert_int_equal(met, 1);
}

/* ---- inserting what may be there ---- */

static struct err *create_pairs(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_script(tx, c,
                      "CREATE TABLE p (a BIGINT NOT NULL, b BIGINT NOT NULL, x BIGINT NOT NULL,"
                      " y BIGINT NOT NULL DEFAULT 5, PRIMARY KEY (a, b)) WITHOUT ROWID");
}

static struct err *put_twice(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    for (int64_t x = 1; x <= 2; x++)
        TRY(sql_put(tx, c, 2, "INSERT INTO p (a, b, x) VALUES (?, ?, ?)", sql_int(1), sql_int(2),
                    sql_int(x)));
    for (int64_t x = 3; x <= 4; x++)
        TRY(sql_hold(tx, c, "INSERT INTO p (a, b, x, y) VALUES (1, ?, ?, 9)", sql_int(x - 1),
                     sql_int(x)));
    return NULL;
}

static struct err *read_pairs(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_query(tx, c, arg, "SELECT b, x, y FROM p WHERE a = 1 ORDER BY b");
}

static void a_row_is_put_over_the_one_of_its_key_or_held_as_it_is(void **state)
{
    struct db_fixture *f = *state;
    struct sql_rows r;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, create_pairs, NULL));
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, put_twice, NULL));
    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, read_pairs, &r));
    assert_int_equal(r.count, 2);
    const int64_t want[] = {2, 2, 5, 3, 4, 9}; /* x was put over, y is its default; then held */

    for (size_t i = 0; i < COUNT(want); i++)
        assert_int_equal(r.cells[i].i, want[i]);
}

static struct err *insert_again(struct sql_tx *tx, struct ctx *c, void *arg)
{
    bool *inserted = arg;

    for (int i = 0; i < 2; i++)
        TRY(sql_insert(tx, c, &inserted[i], "INSERT INTO t (id, name) VALUES (1, ?)",
                       sql_text(STR("a"))));
    return NULL;
}

static void an_insert_tells_whether_the_row_was_there(void **state)
{
    struct db_fixture *f = *state;
    bool inserted[2] = {false, true};

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, insert_again, inserted));
    assert_true(inserted[0]);
    assert_false(inserted[1]);
}

/* ---- lists of ids ---- */

static struct err *query_ids(struct sql_tx *tx, struct ctx *c, void *arg)
{
    static const char *const texts[] = SQL_IDS("SELECT id FROM t WHERE id > ? AND id IN (", ")");
    int64_t ids[SQL_IDS_MAX];
    struct sql_rows r;

    for (size_t i = 0; i < SQL_IDS_MAX; i++)
        ids[i] = (int64_t)i + 51; /* rows 51 to 100 are there */
    for (size_t n = 0; n <= SQL_IDS_MAX; n += n < 34 ? 1 : 79) {
        TRY(sql_query_ids(tx, c, &r, texts, ids, n, sql_int(0)));
        if (r.count != (n < *(size_t *)arg ? n : *(size_t *)arg))
            return err_new(c, ERR_INTERNAL, "%zu rows of %zu ids", r.count, n);
    }
    return sql_seek(&r, 0, 77) && sql_i64(&r, 0) == 77 && !sql_seek(&r, 0, 999)
               ? NULL
               : err_new(c, ERR_INTERNAL, "not found");
}

static void a_list_of_any_length_is_one_statement(void **state)
{
    struct db_fixture *f = *state;
    size_t rows = 50;

    for (int64_t id = 1; id <= 100; id++)
        assert_ok(&f->ctx, sql_write(f->db, &f->ctx, insert, &id));
    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, query_ids, &rows));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, db_fixture_teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(a_row_that_is_met_counts_even_when_it_stays_as_it_is),
        CASE(a_row_is_put_over_the_one_of_its_key_or_held_as_it_is),
        CASE(an_insert_tells_whether_the_row_was_there),
        CASE(a_list_of_any_length_is_one_statement),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests_name("sql_rows", tests, NULL, NULL)
                                     : 0;
}
