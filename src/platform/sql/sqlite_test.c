/* Tests of a file of SQLite's: one writer, whose commits are shared, and a log that is bounded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <semaphore.h>

#include "clock.h"
#include "scratch_db.h"

enum { THREADS = 8, EACH = 200 };

static struct err *create_table(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_script(tx, c, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
}

static int setup(void **state)
{
    (void)db_fixture_setup(state);
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, create_table, NULL));
    return 0;
}

static struct err *insert_any(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_exec(tx, c, "INSERT INTO t (name) VALUES (NULL)");
}

static struct err *read_all(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows rows;

    (void)arg;
    return sql_query(tx, c, &rows, "SELECT count(*) FROM t");
}

static struct err *write_a_lot(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    for (int i = 0; i < 400; i++)
        TRY(sql_exec(tx, c, "INSERT INTO t (name) VALUES (hex(randomblob(1500)))"));
    return NULL;
}

static void count_call(void *arg)
{
    sem_post((sem_t *)arg);
}

/* Two handles on one file are to SQLite what two processes are. */
static void another_process_that_commits_is_noticed(void **state)
{
    struct db_fixture *f = *state;
    struct sql_options options = sql_defaults;
    struct sql *other;
    sem_t told;

    assert_int_equal(sem_init(&told, 0, 0), 0);
    options.durable = false;
    sql_on_foreign_write(f->db, count_call, &told);
    assert_ok(&f->ctx, sql_open(&f->ctx, f->path, &options, &other));
    assert_ok(&f->ctx, sql_write(other, &f->ctx, insert_any, NULL));
    assert_int_equal(sem_wait(&told), 0); /* as long as it takes */
    sql_close(other);
}

/* The writer looks between two of its batches as well, so a look is never more than a job away. */
static void ones_own_commits_are_not_foreign(void **state)
{
    struct db_fixture *f = *state;
    int64_t until = clock_monotonic_ns() + 2 * CLOCK_NS_PER_S / 4;
    sem_t told;
    int calls;

    assert_int_equal(sem_init(&told, 0, 0), 0);
    sql_on_foreign_write(f->db, count_call, &told);
    while (clock_monotonic_ns() < until)
        assert_ok(&f->ctx, sql_write(f->db, &f->ctx, insert_any, NULL));
    assert_int_equal(sem_getvalue(&told, &calls), 0);
    assert_int_equal(calls, 0);
}

static void *insert_many(void *arg)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    for (int i = 0; i < EACH; i++)
        assert_null(sql_write(arg, &c, insert_any, NULL));
    arena_fini(&arena);
    return NULL;
}

/* How many commits it takes to write THREADS * EACH rows from as many threads. */
static uint64_t commits_with(struct db_fixture *f, size_t batch_max)
{
    struct sql_options options = sql_defaults;
    pthread_t threads[THREADS];
    struct sql *db;

    options.durable = false;
    options.batch_max = batch_max;
    assert_ok(&f->ctx, sql_open(&f->ctx, f->path, &options, &db));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, insert_many, db), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    uint64_t commits = sql_stats(db).commits;

    sql_close(db);
    return commits;
}

static void a_commit_is_shared_by_as_many_as_were_set(void **state)
{
    const uint64_t jobs = UINT64_C(1) * THREADS * EACH;
    struct db_fixture *f = *state;

    assert_int_equal(commits_with(f, 1), jobs);
    assert_true(commits_with(f, SQL_BATCH_MAX) < jobs);
}

static void the_log_stays_bounded_while_readers_come_and_go(void **state)
{
    struct db_fixture *f = *state;

    for (int i = 0; i < 30; i++) {
        assert_ok(&f->ctx, sql_write(f->db, &f->ctx, write_a_lot, NULL));
        assert_ok(&f->ctx, sql_read(f->db, &f->ctx, read_all, NULL));
    }
    assert_true(sql_stats(f->db).checkpoints > 0);
    assert_true(sql_stats(f->db).log_pages < 2 * sql_defaults.log_max_pages);
}

static void a_path_that_cannot_be_opened_is_told(void **state)
{
    struct db_fixture *f = *state;
    struct sql *db = NULL;

    assert_err(sql_open(&f->ctx, STR("/nonexistent/x.db"), &sql_defaults, &db), ERR_UNAVAILABLE);
    assert_null(db);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, db_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(another_process_that_commits_is_noticed),
        CASE(ones_own_commits_are_not_foreign),
        CASE(a_commit_is_shared_by_as_many_as_were_set),
        CASE(the_log_stays_bounded_while_readers_come_and_go),
        CASE(a_path_that_cannot_be_opened_is_told),
    };

    return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
