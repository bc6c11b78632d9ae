/* What the tests of databases on a server stand on: one database with one table of numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_FIXTURE_H
#define MYSQL_FIXTURE_H

#include "scratch_db.h"

/* INSERT, UPDATE and the like without arguments, inside a write. */
static inline struct err *mysql_fixture_do(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_run(tx, c, NULL, NULL, arg, (struct sql_args){0});
}

static inline struct err *mysql_fixture_read(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT coalesce(sum(n), 0) FROM t"));
    *(int64_t *)arg = sql_next(&r) ? sql_i64(&r, 0) : -1;
    return NULL;
}

static inline int64_t mysql_fixture_sum(struct db_fixture *f)
{
    int64_t sum = -1;

    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, mysql_fixture_read, &sum));
    return sum;
}

static inline int mysql_fixture_setup(void **state)
{
    (void)db_fixture_setup(state);
    struct db_fixture *f = *state;

    scratch_do(&f->ctx, f->db,
               "CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT NOT NULL, name VARCHAR(8));"
               "INSERT INTO t VALUES (1, 0, 'a'), (2, 0, 'b')");
    return 0;
}

/* A second handle, as another process would have one. */
static inline struct sql *mysql_fixture_other(struct db_fixture *f)
{
    return scratch_db(&f->ctx, f->path);
}

#define MYSQL_CASE(fn) cmocka_unit_test_setup_teardown(fn, mysql_fixture_setup, db_fixture_teardown)

/* For main(): all of these need a server. */
static inline bool mysql_fixture_begin(void)
{
    char program[] = "test", on[] = "mariadb", *argv[] = {program, on, NULL};

    return scratch_begin(2, argv);
}

#endif
