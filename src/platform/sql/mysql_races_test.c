/* Tests of a database on a server where several write at once: nothing is lost, nothing counts
 * twice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <semaphore.h>

#include "crew.h"
#include "mysql_fixture.h"
#include "sequence.h"

enum { CREW = 8, EACH = 25 };

/* ---- collisions ---- */

static struct err *read_then_write(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows r;

    (void)arg;
    TRY(sql_query(tx, c, &r, "SELECT n FROM t WHERE id = 1"));
    if (!sql_next(&r))
        return err_new(c, ERR_NOT_FOUND, "no row");
    return sql_exec(tx, c, "UPDATE t SET n = ? WHERE id = 1", sql_int(sql_i64(&r, 0) + 1));
}

static struct err *lock_then_write(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows r;

    (void)arg;
    TRY(sql_lock(tx, c, &r, "SELECT n FROM t WHERE id = 1"));
    if (!sql_next(&r))
        return err_new(c, ERR_NOT_FOUND, "no row");
    return sql_exec(tx, c, "UPDATE t SET n = ? WHERE id = 1", sql_int(sql_i64(&r, 0) + 1));
}

static struct err *lock_and_write_many(void *self, struct ctx *c, int number)
{
    struct db_fixture *f = self;

    (void)number;
    for (int i = 0; i < EACH; i++)
        TRY(sql_write(f->db, c, lock_then_write, NULL));
    return NULL;
}

static void who_locks_what_he_reads_loses_no_write(void **state)
{
    struct db_fixture *f = *state;

    assert_int_equal(crew_run(lock_and_write_many, f, CREW), 0);
    assert_int_equal(mysql_fixture_sum(f), CREW * EACH);
    assert_int_equal(sql_stats(f->db).retries, 0);
}

/* The other one commits between the read and the write of the first attempt. */
struct overtaken {
    struct sql *other;
    int attempts;
};

static struct err *be_overtaken(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct overtaken *o = arg;
    struct arena arena = {0};
    struct ctx apart = {.arena = &arena};
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT n FROM t WHERE id = 1"));
    if (++o->attempts == 1)
        assert_ok(&apart, sql_write(o->other, &apart, read_then_write, NULL));
    arena_fini(&arena);
    assert_true(sql_next(&r));
    return sql_exec(tx, c, "UPDATE t SET n = ? WHERE id = 1", sql_int(sql_i64(&r, 0) + 10));
}

static void a_write_that_was_based_on_what_has_changed_runs_again(void **state)
{
    struct db_fixture *f = *state;
    struct overtaken o = {.other = mysql_fixture_other(f)};

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, be_overtaken, &o));
    assert_int_equal(o.attempts, 2);
    assert_int_equal(mysql_fixture_sum(f), 11);
    assert_int_equal(sql_stats(f->db).retries, 1);
    sql_close(o.other);
}

/* Two that lock two rows against each other, and meet once both have one. */
struct meeting {
    struct db_fixture *f;
    pthread_barrier_t both;
};
struct step {
    struct meeting *m;
    int64_t first, second;
    int attempts;
};

static struct err *lock_both(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct step *s = arg;

    TRY(sql_exec(tx, c, "UPDATE t SET n = n + 1 WHERE id = ?", sql_int(s->first)));
    if (++s->attempts == 1)
        (void)pthread_barrier_wait(&s->m->both);
    return sql_exec(tx, c, "UPDATE t SET n = n + 1 WHERE id = ?", sql_int(s->second));
}

static struct err *meet(void *self, struct ctx *c, int number)
{
    struct meeting *m = self;
    struct step s = {m, 1 + number, 2 - number, 0};

    return sql_write(m->f->db, c, lock_both, &s);
}

static void of_two_that_wait_for_each_other_both_succeed(void **state)
{
    struct meeting m = {.f = *state};

    assert_int_equal(pthread_barrier_init(&m.both, NULL, 2), 0);
    assert_int_equal(crew_run(meet, &m, 2), 0);
    assert_int_equal(mysql_fixture_sum(m.f), 4);
    assert_true(sql_stats(m.f->db).retries >= 1);
    pthread_barrier_destroy(&m.both);
}

/* Somebody who does not look at what a statement said. */
static struct err *ignore_collisions(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct overtaken *o = arg;
    struct err *e = be_overtaken(tx, c, o);

    if (e && sql_exec(tx, c, "UPDATE t SET n = n + 100 WHERE id = 2"))
        return NULL;
    return e;
}

static void of_a_transaction_that_was_undone_nothing_is_committed(void **state)
{
    struct db_fixture *f = *state;
    struct overtaken o = {.other = mysql_fixture_other(f)};

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, ignore_collisions, &o));
    assert_int_equal(o.attempts, 2);
    assert_int_equal(mysql_fixture_sum(f), 11);
    sql_close(o.other);
}

static struct err *always_collide(struct sql_tx *tx, struct ctx *c, void *arg)
{
    ++*(int *)arg;
    return sql_insert_missing(tx, c, "INSERT INTO t (id, n) VALUES (1, 1)");
}

static void attempts_are_limited(void **state)
{
    struct db_fixture *f = *state;
    int attempts = 0;

    assert_err(sql_write(f->db, &f->ctx, always_collide, &attempts), ERR_UNAVAILABLE);
    assert_true(attempts > 3 && attempts < 30);
}

struct taken {
    struct sql *db;
    sem_t holds, may_go;
};

static struct err *hold_row(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct taken *t = arg;

    TRY(sql_exec(tx, c, "UPDATE t SET n = n + 1 WHERE id = 1"));
    (void)sem_post(&t->holds);
    (void)sem_wait(&t->may_go);
    return NULL;
}

static void *hold(void *arg)
{
    struct taken *t = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    assert_ok(&c, sql_write(t->db, &c, hold_row, t));
    arena_fini(&arena);
    return NULL;
}

/* Lets the holder go when it is told that a lock could not be had. */
static struct err *count_attempts(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct taken *t = arg;
    struct err *e = sql_exec(tx, c, "UPDATE t SET n = n + 1 WHERE id = 1");

    if (e)
        (void)sem_post(&t->may_go);
    return e;
}

static void who_waits_too_long_for_a_row_tries_again(void **state)
{
    struct db_fixture *f = *state;
    struct sql_options options = sql_defaults;
    struct taken t = {.db = f->db};
    struct sql *db;
    pthread_t holder;

    options.lock_wait_ms = 1000;
    assert_ok(&f->ctx, sql_open(&f->ctx, f->path, &options, &db));
    assert_int_equal(sem_init(&t.holds, 0, 0) | sem_init(&t.may_go, 0, 0), 0);
    assert_int_equal(pthread_create(&holder, NULL, hold, &t), 0);
    (void)sem_wait(&t.holds);
    assert_ok(&f->ctx, sql_write(db, &f->ctx, count_attempts, &t));
    pthread_join(holder, NULL);
    assert_true(sql_stats(db).retries >= 1);
    assert_int_equal(mysql_fixture_sum(f), 2);
    sql_close(db);
}

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static struct err *collide_once(struct sql_tx *tx, struct ctx *c, void *arg)
{
    int *numbers = arg; /* hooks that ran, attempts */

    sql_on_commit(tx, c, count_call, &numbers[0]);
    return sql_insert_missing(tx, c, "INSERT INTO t (id, n) VALUES (?, 1)",
                              sql_int(++numbers[1] == 1 ? 1 : 3));
}

static void a_commit_is_told_once_however_many_attempts_it_took(void **state)
{
    struct db_fixture *f = *state;
    int numbers[2] = {0};

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, collide_once, numbers));
    assert_int_equal(numbers[1], 2);
    assert_int_equal(numbers[0], 1);
}

/* ---- ids and times ---- */

struct handed_out {
    struct db_fixture *f;
    struct sql *db[2];
    int64_t ids[CREW * EACH], times[CREW * EACH];
};

static struct err *take_one(struct sql_tx *tx, struct ctx *c, void *arg)
{
    int64_t *out = arg;

    TRY(sequence_next(tx, c, STR("thing"), &out[0]));
    return sequence_time(tx, c, STR("thing_time"), &out[1]);
}

static struct err *take_many(void *self, struct ctx *c, int number)
{
    struct handed_out *h = self;

    for (int i = 0; i < EACH; i++) {
        int64_t got[2];

        TRY(sql_write(h->db[number % 2], c, take_one, got));
        h->ids[number * EACH + i] = got[0];
        h->times[number * EACH + i] = got[1];
        if (i > 0 && got[1] <= h->times[number * EACH + i - 1])
            return err_new(c, ERR_INTERNAL, "a time that does not rise");
    }
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void assert_unique(int64_t *values)
{
    qsort(values, (size_t)CREW * EACH, sizeof(*values), by_value);
    for (size_t i = 1; i < (size_t)CREW * EACH; i++)
        assert_true(values[i - 1] < values[i]);
}

static void no_two_processes_get_the_same_id_or_time(void **state)
{
    struct handed_out h = {.f = *state};

    assert_ok(&h.f->ctx, migrate(h.f->db, &h.f->ctx, &sequence_migrations, 1));
    h.db[0] = h.f->db;
    h.db[1] = mysql_fixture_other(h.f);
    assert_int_equal(crew_run(take_many, &h, CREW), 0);
    assert_unique(h.ids);
    assert_unique(h.times);
    assert_in_range(h.ids[0], 1, 8); /* gaps, but no large ones */
    assert_in_range(h.ids[CREW * EACH - 1], CREW * EACH, 4 * CREW * EACH);
    sql_close(h.db[1]);
}

/* ---- migrations ---- */

static const struct migration steps[] = {
    {"demo", 1, "create", "CREATE TABLE demo_a (id BIGINT PRIMARY KEY) WITHOUT ROWID"},
    {"demo", 2, "more",
     "CREATE TABLE demo_b (id BIGINT); INSERT INTO demo_b VALUES (7);"
     "CREATE INDEX demo_b_id ON demo_b (id);"},
};
static const struct migration_list demo = {steps, COUNT(steps)};

static struct err *migrate_too(void *self, struct ctx *c, int number)
{
    struct db_fixture *f = self;

    (void)number;
    return migrate(f->db, c, &demo, 1);
}

static int64_t number(struct db_fixture *f, const char *text)
{
    struct sql_rows r = scratch_ask(&f->ctx, f->db, text);

    assert_true(sql_next(&r));
    return sql_i64(&r, 0);
}

static void instances_that_start_at_once_migrate_once(void **state)
{
    struct db_fixture *f = *state;

    assert_int_equal(crew_run(migrate_too, f, CREW), 0);
    assert_int_equal(number(f, "SELECT count(*) FROM demo_b"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM schema_migration"), 2);
}

static void a_step_goes_on_where_it_stopped(void **state)
{
    struct db_fixture *f = *state;
    const struct migration broken[] = {
        steps[0],
        {"demo", 2, "more",
         "CREATE TABLE demo_b (id BIGINT); INSERT INTO demo_b VALUES (7);"
         "CREATE INDX demo_b_id ON demo_b (id)"}};

    assert_non_null(migrate(f->db, &f->ctx, &(struct migration_list){broken, 2}, 1));
    assert_ok(&f->ctx, migrate(f->db, &f->ctx, &demo, 1));
    assert_int_equal(number(f, "SELECT count(*) FROM demo_b"), 1);
}

/* As if the process had ended between the two. */
static void a_statement_that_was_done_but_not_noted_is_no_failure(void **state)
{
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, migrate(f->db, &f->ctx, &demo, 1));
    scratch_do(&f->ctx, f->db,
               "DELETE FROM schema_migration WHERE number = 2;"
               "UPDATE schema_piece SET done = 2 WHERE number = 2");
    assert_ok(&f->ctx, migrate(f->db, &f->ctx, &demo, 1));
    assert_int_equal(number(f, "SELECT count(*) FROM demo_b"), 1);
    scratch_do(&f->ctx, f->db,
               "DELETE FROM schema_migration WHERE number = 2;"
               "UPDATE schema_piece SET done = 0 WHERE number = 2");
    assert_err(migrate(f->db, &f->ctx, &demo, 1), ERR_EXISTS); /* two in a row: not by a crash */
}

static const struct CMUnitTest tests[] = {
    MYSQL_CASE(who_locks_what_he_reads_loses_no_write),
    MYSQL_CASE(a_write_that_was_based_on_what_has_changed_runs_again),
    MYSQL_CASE(of_two_that_wait_for_each_other_both_succeed),
    MYSQL_CASE(of_a_transaction_that_was_undone_nothing_is_committed),
    MYSQL_CASE(attempts_are_limited),
    MYSQL_CASE(who_waits_too_long_for_a_row_tries_again),
    MYSQL_CASE(a_commit_is_told_once_however_many_attempts_it_took),
    MYSQL_CASE(no_two_processes_get_the_same_id_or_time),
    MYSQL_CASE(instances_that_start_at_once_migrate_once),
    MYSQL_CASE(a_step_goes_on_where_it_stopped),
    MYSQL_CASE(a_statement_that_was_done_but_not_noted_is_no_failure),
};

int main(void)
{
    return mysql_fixture_begin() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
