/* Tests of sql: one writer, many readers, migrations, ids. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <semaphore.h>

#include "scratch_db.h"
#include "sequence.h"

enum { THREADS = 8, EACH = 200 };

static struct err *create_table(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_script(tx, c,
                      scratch_on_server()
                          ? "CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY,"
                            " name VARCHAR(100) UNIQUE)"
                          : "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
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
    return sql_exec(tx, c, "INSERT INTO t (name) VALUES (?)", sql_text(str_of(arg)));
}

static struct err *insert_then_fail(struct sql_tx *tx, struct ctx *c, void *arg)
{
    TRY(insert(tx, c, arg));
    return err_new(c, ERR_PRECONDITION, "changed my mind");
}

static struct err *count_rows(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows, "SELECT count(*) FROM t"));
    if (sql_next(&rows))
        *(int64_t *)arg = sql_i64(&rows, 0);
    return NULL;
}

static int64_t count(struct db_fixture *f)
{
    int64_t n = -1;

    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, count_rows, &n));
    return n;
}

static char *name(const char *text)
{
    static char names[8][16];
    static int next;
    char *slot = names[next++ % 8];

    (void)snprintf(slot, sizeof(names[0]), "%s", text);
    return slot;
}

static void what_was_written_can_be_read_at_once(void **state)
{
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, insert, name("a")));
    assert_int_equal(count(f), 1);
}

static void a_failed_write_leaves_nothing(void **state)
{
    struct db_fixture *f = *state;

    assert_err(sql_write(f->db, &f->ctx, insert_then_fail, name("a")), ERR_PRECONDITION);
    assert_int_equal(count(f), 0);
}

static void a_broken_unique_key_is_exists(void **state)
{
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, insert, name("a")));
    assert_err(sql_write(f->db, &f->ctx, insert, name("a")), ERR_EXISTS);
}

static void a_bad_statement_names_itself(void **state)
{
    struct db_fixture *f = *state;
    int64_t n;
    struct err *e = sql_read(f->db, &f->ctx, insert, name("a"));

    assert_non_null(e); /* readers cannot write */
    assert_non_null(strstr(e->msg, "INSERT INTO t"));
    assert_ok(&f->ctx, sql_read(f->db, &f->ctx, count_rows, &n));
}

static struct err *write_and_read_inside(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct db_fixture *f = arg;
    int64_t n = 0;

    (void)tx;
    TRY(sql_write(f->db, c, insert, name("x")));
    TRY(sql_read(f->db, c, count_rows, &n));
    return n == 1 ? NULL : err_new(c, ERR_INTERNAL, "saw %d rows", (int)n);
}

static void inner_work_joins_the_transaction_it_is_in(void **state)
{
    struct db_fixture *f = *state;

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, write_and_read_inside, f));
    assert_null(f->ctx.tx);
}

static struct err *write_inside_a_read(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct db_fixture *f = arg;

    (void)tx;
    return sql_write(f->db, c, insert, name("x"));
}

static void a_write_inside_a_read_is_refused(void **state)
{
    struct db_fixture *f = *state;

    assert_err(sql_read(f->db, &f->ctx, write_inside_a_read, f), ERR_INTERNAL);
    assert_int_equal(count(f), 0);
}

static struct err *count_twice(struct sql_tx *tx, struct ctx *c, void *arg)
{
    TRY(count_rows(tx, c, arg));
    return count_rows(tx, c, arg);
}

static void a_read_of_one_statement_refuses_a_second(void **state)
{
    struct db_fixture *f = *state;
    struct ctx *c = &f->ctx;
    int64_t n = -1;

    assert_ok(c, sql_read_one(f->db, c, count_rows, &n));
    assert_int_equal(n, 0);
    assert_err(sql_read_one(f->db, c, count_twice, &n), ERR_INTERNAL);
    assert_err(sql_read_stale(f->db, c, count_twice, &n), ERR_INTERNAL);
    assert_ok(c, sql_read(f->db, c, count_twice, &n));
}

struct writer_thread {
    struct db_fixture *f;
    int number, failed;
};

static void *write_many(void *arg)
{
    struct writer_thread *self = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    char text[32];

    for (int i = 0; i < EACH; i++) {
        (void)snprintf(text, sizeof(text), "%d/%d", self->number, i);
        bool fails = i % 3 == 0;
        struct err *e = sql_write(self->f->db, &c, fails ? insert_then_fail : insert, text);

        self->failed += (e != NULL) != fails;
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

static void neighbours_in_a_batch_do_not_notice_a_failure(void **state)
{
    struct db_fixture *f = *state;
    struct writer_thread threads[THREADS];
    pthread_t ids[THREADS];

    for (int i = 0; i < THREADS; i++) {
        threads[i] = (struct writer_thread){.f = f, .number = i};
        assert_int_equal(pthread_create(&ids[i], NULL, write_many, &threads[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(ids[i], NULL);
        assert_int_equal(threads[i].failed, 0);
    }
    assert_int_equal(count(f), THREADS * (EACH - (EACH + 2) / 3));
    assert_int_equal(sql_stats(f->db).failed_jobs, THREADS * ((EACH + 2) / 3));
}

struct order {
    int next, hook, batch, done;
    sem_t answered;
    struct sql_tx *seen;
};

static void note_hook(void *arg)
{
    struct order *o = arg;

    o->hook = ++o->next;
}

static void note_batch(void *self)
{
    struct order *o = self;

    o->batch = ++o->next;
}

struct order_task {
    struct task task;
    struct order *order;
    bool fails;
};

static struct err *hook_run(struct task *task)
{
    struct order_task *self = (struct order_task *)task;

    sql_on_commit(task->c->tx, task->c, note_hook, self->order);
    return self->fails ? err_new(task->c, ERR_INVALID, "no") : NULL;
}

static void order_done(struct task *task, struct err *e)
{
    struct order *o = ((struct order_task *)task)->order;

    (void)e;
    o->done = ++o->next;
    (void)sem_post(&o->answered);
}

static struct order run_order(struct db_fixture *f, bool fails)
{
    struct order o = {0};
    struct order_task t = {
        .task = {.c = &f->ctx, .run = hook_run, .done = order_done}, .order = &o, .fails = fails};

    assert_int_equal(sem_init(&o.answered, 0, 0), 0);
    sql_on_batch(f->db, note_batch, &o);
    assert_true(executor_submit(sql_writer(f->db), &t.task));
    while (sem_wait(&o.answered) != 0)
        continue;
    return o;
}

static void caches_hear_of_a_commit_before_the_answer_goes_out(void **state)
{
    struct order o = run_order(*state, false);

    assert_int_equal(o.hook, 1);
    assert_int_equal(o.batch, 2);
    assert_int_equal(o.done, 3);
}

static void caches_hear_nothing_of_a_failure(void **state)
{
    struct order o = run_order(*state, true);

    assert_int_equal(o.hook, 0);
    assert_int_equal(o.done, 2);
}

static struct err *next_id(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sequence_next(tx, c, STR("video"), arg);
}

static void ids_are_sequential_from_one(void **state)
{
    struct db_fixture *f = *state;
    int64_t id = 0;

    assert_ok(&f->ctx, migrate(f->db, &f->ctx, &sequence_migrations, 1));
    for (int64_t want = 1; want <= 3; want++) {
        assert_ok(&f->ctx, sql_write(f->db, &f->ctx, next_id, &id));
        assert_int_equal(id, want);
    }
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, db_fixture_teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_written_can_be_read_at_once),
        CASE(a_failed_write_leaves_nothing),
        CASE(a_broken_unique_key_is_exists),
        CASE(a_bad_statement_names_itself),
        CASE(inner_work_joins_the_transaction_it_is_in),
        CASE(a_write_inside_a_read_is_refused),
        CASE(a_read_of_one_statement_refuses_a_second),
        CASE(neighbours_in_a_batch_do_not_notice_a_failure),
        CASE(caches_hear_of_a_commit_before_the_answer_goes_out),
        CASE(caches_hear_nothing_of_a_failure),
        CASE(ids_are_sequential_from_one),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests_name("sql", tests, NULL, NULL) : 0;
}
