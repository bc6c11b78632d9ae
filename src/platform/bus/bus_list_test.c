/* Tests of looking after a queue: what is in it, trying again, forgetting. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "bus.h"
#include "scratch_db.h"

enum { MANY = 50 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct sql *db;
    struct bus *bus;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->db = scratch_db(&f->ctx, scratch_new_place(&f->ctx, "bus"));
    assert_ok(&f->ctx, migrate(f->db, &f->ctx, &bus_migrations, 1));
    assert_ok(&f->ctx, bus_open(&f->ctx, f->db, &f->bus));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    bus_close(f->bus);
    sql_close(f->db);
    return fixture_end(state);
}

static void publish(struct fixture *f, int64_t key)
{
    assert_ok(&f->ctx, bus_publish(f->bus, &f->ctx, STR("work"), key));
}

struct rewrite {
    int64_t key, state;
};

static struct err *set_state(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct rewrite *r = arg;

    return sql_exec(tx, c,
                    "UPDATE bus_job SET state = ?, attempt = 3, last_error = 'no luck',"
                    " run_at = 9999999999999 WHERE job_key = ?",
                    sql_int(r->state), sql_int(r->key));
}

/* The job of this key as if a consumer had had it. */
static void make(struct fixture *f, int64_t key, enum bus_state state)
{
    struct rewrite r = {key, state};

    assert_ok(&f->ctx, sql_write(f->db, &f->ctx, set_state, &r));
}

static struct bus_entries list(struct fixture *f, int64_t after, int64_t limit)
{
    struct bus_entries all = {0};

    assert_ok(&f->ctx, bus_list(f->bus, &f->ctx, after, limit, &all));
    return all;
}

static void a_list_tells_how_each_job_stands(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    make(f, 7, BUS_DEAD);
    publish(f, 8);
    struct bus_entries all = list(f, 0, MANY);

    assert_int_equal(all.count, 2);
    assert_int_equal(all.at[0].key, 7);
    assert_int_equal(all.at[0].state, BUS_DEAD);
    assert_int_equal(all.at[0].attempts, 3);
    assert_str(all.at[0].topic, STR("work"));
    assert_str(all.at[0].last_error, STR("no luck"));
    assert_int_equal(all.at[1].state, BUS_WAITING);
    assert_int_equal(all.at[1].attempts, 0);
    assert_str(all.at[1].last_error, STR(""));
    assert_int_equal(all.at[1].run_at, all.at[1].created_at);
}

static void a_list_comes_in_pages(void **state)
{
    struct fixture *f = *state;

    for (int64_t key = 1; key <= 5; key++)
        publish(f, key);
    struct bus_entries first = list(f, 0, 3), rest = list(f, first.at[2].id, 3);

    assert_int_equal(first.count, 3);
    assert_int_equal(rest.count, 2);
    assert_int_equal(rest.at[1].key, 5);
}

static void a_dead_job_that_is_retried_has_all_its_attempts_before_it(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    make(f, 7, BUS_DEAD);
    assert_ok(&f->ctx, bus_retry(f->bus, &f->ctx, list(f, 0, 1).at[0].id));
    struct bus_entry job = list(f, 0, 1).at[0];

    assert_int_equal(job.state, BUS_WAITING);
    assert_int_equal(job.attempts, 0);
    assert_true(job.run_at < INT64_C(9999999999999));
}

static void a_waiting_job_that_is_retried_is_due_and_keeps_its_attempts(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    make(f, 7, BUS_WAITING);
    assert_ok(&f->ctx, bus_retry(f->bus, &f->ctx, list(f, 0, 1).at[0].id));
    assert_int_equal(list(f, 0, 1).at[0].attempts, 3);
    assert_true(list(f, 0, 1).at[0].run_at < INT64_C(9999999999999));
}

static void of_a_retried_job_and_one_that_waits_already_one_is_left(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    make(f, 7, BUS_DEAD);
    publish(f, 7);
    assert_ok(&f->ctx, bus_retry(f->bus, &f->ctx, list(f, 0, 1).at[0].id));
    assert_int_equal(list(f, 0, MANY).count, 1);
    assert_int_equal(list(f, 0, 1).at[0].state, BUS_WAITING);
}

static void a_job_that_runs_or_is_not_there_cannot_be_retried(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    make(f, 7, BUS_RUNNING);
    assert_err(bus_retry(f->bus, &f->ctx, list(f, 0, 1).at[0].id), ERR_PRECONDITION);
    assert_err(bus_retry(f->bus, &f->ctx, 4711), ERR_NOT_FOUND);
    assert_int_equal(list(f, 0, 1).at[0].state, BUS_RUNNING);
}

static void what_is_forgotten_neither_waits_nor_is_dead(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    make(f, 7, BUS_DEAD);
    publish(f, 7);
    publish(f, 8);
    assert_ok(&f->ctx, bus_forget(f->bus, &f->ctx, STR("work"), 7));
    assert_int_equal(list(f, 0, MANY).count, 1);
    assert_int_equal(list(f, 0, MANY).at[0].key, 8);
}

static void what_runs_is_not_forgotten(void **state)
{
    struct fixture *f = *state;

    publish(f, 7);
    make(f, 7, BUS_RUNNING);
    assert_ok(&f->ctx, bus_forget(f->bus, &f->ctx, STR("work"), 7));
    assert_int_equal(list(f, 0, MANY).count, 1);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(a_list_tells_how_each_job_stands),
        CASE(a_list_comes_in_pages),
        CASE(a_dead_job_that_is_retried_has_all_its_attempts_before_it),
        CASE(a_waiting_job_that_is_retried_is_due_and_keeps_its_attempts),
        CASE(of_a_retried_job_and_one_that_waits_already_one_is_left),
        CASE(a_job_that_runs_or_is_not_there_cannot_be_retried),
        CASE(what_is_forgotten_neither_waits_nor_is_dead),
        CASE(what_runs_is_not_forgotten),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests_name("bus_list", tests, NULL, NULL)
                                     : 0;
}
