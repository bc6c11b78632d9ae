/* Tests of changes: followers inside the transaction, watchers after it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "changes.h"
#include "codec.h"
#include "scratch_db.h"

static const struct codec_type mark = {.name = "Mark", .size = sizeof(int)};
static const struct codec_type other = {.name = "Other", .size = sizeof(int)};

enum { SEEN_MAX = 16 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct sql *db;
    struct changes *changes;
    bool follower_fails;
    int rows[3];
    int seen[SEEN_MAX]; /* rows, as watchers heard of them */
    size_t seen_count, followed;
    bool committed_when_seen;
};

static struct err *create_table(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_script(tx, c, "CREATE TABLE t (id INTEGER)");
}

static struct err *follow(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    struct fixture *f = self;

    f->followed++;
    TRY(sql_exec(tx, c, "INSERT INTO t VALUES (?)", sql_int(*(const int *)list.at[0].row + 100)));
    return f->follower_fails ? err_new(c, ERR_PRECONDITION, "cannot follow") : NULL;
}

static void watch(void *self, const struct change *change)
{
    struct fixture *f = self;

    f->seen[f->seen_count++] = *(const int *)change->row;
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->db = scratch_db(&f->ctx, arena_str(&f->arena, "%s/t.db", scratch_dir(&f->arena).ptr));
    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, create_table, NULL));
    f->changes = changes_create();
    changes_follow(f->changes, &mark, follow, f);
    changes_watch(f->changes, &mark, watch, f);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    sql_close(f->db);
    changes_destroy(f->changes);
    return fixture_end(state);
}

static struct err *emit(struct fixture *f, struct sql_tx *tx, struct ctx *c, int row,
                        const struct codec_type *type)
{
    f->rows[row] = row;
    TRY(sql_exec(tx, c, "INSERT INTO t VALUES (?)", sql_int(row)));
    return changes_emit(f->changes, tx, c,
                        &(struct change){.type = type, .op = CHANGE_INSERT, .row = &f->rows[row]});
}

static struct err *emit_three(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct fixture *f = arg;

    for (int row = 0; row < 3; row++)
        TRY(emit(f, tx, c, row, &mark));
    f->committed_when_seen = f->seen_count > 0;
    return NULL;
}

static struct err *emit_other(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return emit(arg, tx, c, 1, &other);
}

static struct err *count(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows, "SELECT count(*) FROM t"));
    if (sql_next(&rows))
        *(int64_t *)arg = sql_i64(&rows, 0);
    return NULL;
}

static int64_t rows_of(struct fixture *f)
{
    int64_t n = -1;

    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, count, &n));
    return n;
}

static void followers_write_in_the_same_transaction(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, emit_three, f));
    assert_int_equal(rows_of(f), 6);
}

static void a_follower_that_fails_undoes_the_change(void **state)
{
    struct fixture *f = *state;

    f->follower_fails = true;
    assert_err(sql_write(f->db, &f->ctx, emit_three, f), ERR_PRECONDITION);
    assert_int_equal(rows_of(f), 0);
}

static void watchers_hear_in_order_and_only_after_the_commit(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, emit_three, f));
    assert_false(f->committed_when_seen);
    assert_int_equal(f->seen_count, 3);
    for (int row = 0; row < 3; row++)
        assert_int_equal(f->seen[row], row);
}

static void watchers_hear_nothing_of_what_was_undone(void **state)
{
    struct fixture *f = *state;

    f->follower_fails = true;
    assert_non_null(sql_write(f->db, &f->ctx, emit_three, f));
    assert_int_equal(f->seen_count, 0);
}

static void another_kind_of_row_concerns_nobody_here(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, emit_other, f));
    assert_int_equal(f->followed, 0);
    assert_int_equal(f->seen_count, 0);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(followers_write_in_the_same_transaction),
        CASE(a_follower_that_fails_undoes_the_change),
        CASE(watchers_hear_in_order_and_only_after_the_commit),
        CASE(watchers_hear_nothing_of_what_was_undone),
        CASE(another_kind_of_row_concerns_nobody_here),
    };

    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
