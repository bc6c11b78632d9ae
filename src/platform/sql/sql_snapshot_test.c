/* Tests of snapshots: whole and consistent while others write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "scratch_db.h"

enum { COPIES = 5 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct str dir, path;
    struct sql *db;
    atomic_bool stop;
    _Atomic int rounds;
};

static struct err *create_tables(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_script(tx, c,
                      "CREATE TABLE left_side (id INTEGER PRIMARY KEY, text TEXT);"
                      "CREATE TABLE right_side (id INTEGER PRIMARY KEY, text TEXT)");
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->dir = scratch_dir(&f->arena);
    f->path = arena_str(&f->arena, "%s/from.db", f->dir.ptr);
    f->db = scratch_db(&f->ctx, f->path);
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, create_tables, NULL));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    sql_close(f->db);
    return fixture_end(state);
}

/* Both sides move together, or not at all. */
static struct err *add_both(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    TRY(sql_exec(tx, c, "INSERT INTO left_side (text) VALUES (?)", sql_text(STR("one"))));
    return sql_exec(tx, c, "INSERT INTO right_side (text) VALUES (?)", sql_text(STR("one")));
}

static void *keep_writing(void *arg)
{
    struct fixture *f = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    while (!f->stop) {
        assert_ok(&c, sql_write(f->db, &c, add_both, NULL));
        atomic_fetch_add(&f->rounds, 1);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

static struct err *read_counts(struct sql_tx *tx, struct ctx *c, void *arg)
{
    int64_t *counts = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT (SELECT count(*) FROM left_side), (SELECT count(*) FROM right_side)"));
    if (sql_next(&r)) {
        counts[0] = sql_i64(&r, 0);
        counts[1] = sql_i64(&r, 1);
    }
    return NULL;
}

static int64_t rows_of_copy(struct fixture *f, struct str path)
{
    struct sql *copy = scratch_db(&f->ctx, path);
    int64_t counts[2] = {-1, -2};

    assert_ok(&f->ctx, sql_read(copy, &f->ctx, read_counts, counts));
    sql_close(copy);
    assert_int_equal(counts[0], counts[1]);
    return counts[0];
}

static void a_copy_is_of_one_moment_while_others_write(void **state)
{
    struct fixture *f = *state;
    pthread_t writer;
    int64_t least = 0;

    assert_int_equal(pthread_create(&writer, NULL, keep_writing, f), 0);
    for (int i = 0; i < COPIES; i++) {
        struct str to = arena_str(&f->arena, "%s/copy%d.db", f->dir.ptr, i);

        least = f->rounds; /* those are in it, for sure */
        assert_ok(&f->ctx, sql_snapshot(&f->ctx, f->path, to));
        assert_true(rows_of_copy(f, to) >= least);
        while (f->rounds == least)
            sched_yield();
    }
    f->stop = true;
    assert_int_equal(pthread_join(writer, NULL), 0);
}

static void what_is_not_there_is_not_copied(void **state)
{
    struct fixture *f = *state;
    struct str to = arena_str(&f->arena, "%s/copy.db", f->dir.ptr);

    assert_err(sql_snapshot(&f->ctx, STR("/nonexistent/x.db"), to), ERR_NOT_FOUND);
}

static void a_copy_replaces_nothing(void **state)
{
    struct fixture *f = *state;
    struct str to = arena_str(&f->arena, "%s/copy.db", f->dir.ptr);

    assert_ok(&f->ctx, sql_snapshot(&f->ctx, f->path, to));
    assert_non_null(sql_snapshot(&f->ctx, f->path, to));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_copy_is_of_one_moment_while_others_write),
        CASE(what_is_not_there_is_not_copied),
        CASE(a_copy_replaces_nothing),
    };

    return cmocka_run_group_tests_name("sql_snapshot", tests, NULL, NULL);
}
