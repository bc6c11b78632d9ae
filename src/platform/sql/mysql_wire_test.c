/* Tests of a database on a server that goes away, falls silent, or is cut off in a commit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <semaphore.h>

#include "clock.h"
#include "mysql_fixture.h"
#include "mysql_place.h"
#include "wire_tap.h"

/* The same database twice: straight, and by a wire that can be cut. */
struct wired {
    struct db_fixture base; /* first */
    struct wire_tap *tap;
    struct str place;
    struct sql *db; /* by the wire */
};

static struct str place_by(struct ctx *c, struct str place, unsigned port)
{
    struct mysql_place *p;

    assert_ok(c, mysql_place_parse(c, place, &p));
    struct str at = arena_str(c->arena, "mysql://%s:%s@%s:%u/%s", p->user, p->password, p->host,
                              port, p->database);

    mysql_place_free(p);
    return at;
}

static unsigned server_port(struct ctx *c, struct str place)
{
    struct mysql_place *p;

    assert_ok(c, mysql_place_parse(c, place, &p));
    unsigned port = p->port;

    mysql_place_free(p);
    return port;
}

static struct sql_options few_connections(void)
{
    struct sql_options options = sql_defaults;

    options.writers_max = 2;
    options.readers_max = 2;
    options.queue_max = 1;
    options.connect_ms = 1000;
    return options;
}

static int setup(void **state)
{
    struct wired *w = fixture_new(state, sizeof(*w));
    struct ctx *c = &w->base.ctx;
    struct sql_options options = few_connections();

    c->arena = &w->base.arena;
    w->base.path = scratch_server_place(c, "test", false);
    w->base.db = scratch_db(c, w->base.path);
    scratch_do(c, w->base.db,
               "CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT NOT NULL, name VARCHAR(8));"
               "INSERT INTO t VALUES (1, 0, 'a'), (2, 0, 'b')");
    w->tap = wire_tap_create(server_port(c, w->base.path));
    w->place = place_by(c, w->base.path, wire_tap_port(w->tap));
    assert_ok(c, sql_open(c, w->place, &options, &w->db));
    return 0;
}

static int teardown(void **state)
{
    struct wired *w = *state;

    sql_close(w->db);
    wire_tap_destroy(w->tap);
    return db_fixture_teardown(state);
}

/* Counts how often it was done. */
static struct err *add_one(struct sql_tx *tx, struct ctx *c, void *arg)
{
    ++*(int *)arg;
    return sql_exec(tx, c, "UPDATE t SET n = n + 1 WHERE id = 1");
}

static struct err *write_one(struct wired *w, int *attempts)
{
    *attempts = 0;
    return sql_write(w->db, &w->base.ctx, add_one, attempts);
}

static int64_t sum_by_wire(struct wired *w)
{
    int64_t sum = -1;

    assert_ok(&w->base.ctx, sql_read(w->db, &w->base.ctx, mysql_fixture_read, &sum));
    return sum;
}

/* ---- cut in the commit ---- */

static void assert_unknown(const struct err *e)
{
    assert_non_null(e);
    assert_int_equal(e->code, ERR_UNAVAILABLE);
    assert_string_equal(e->reason, SQL_OUTCOME_UNKNOWN);
}

static void a_commit_whose_answer_is_lost_is_told_and_never_repeated(void **state)
{
    struct wired *w = *state;
    int attempts;

    wire_tap_cut(w->tap, "COMMIT", WIRE_TAP_UNANSWERED);
    assert_unknown(write_one(w, &attempts));
    assert_int_equal(attempts, 1);
    assert_int_equal(mysql_fixture_sum(&w->base), 1); /* it was done */
    assert_int_equal(sql_stats(w->db).unknown, 1);
}

static void a_commit_that_was_never_heard_is_told_alike(void **state)
{
    struct wired *w = *state;
    int attempts;

    wire_tap_cut(w->tap, "COMMIT", WIRE_TAP_UNHEARD);
    assert_unknown(write_one(w, &attempts));
    assert_int_equal(attempts, 1);
    assert_int_equal(mysql_fixture_sum(&w->base), 0);
}

static void a_read_of_one_statement_opens_no_transaction(void **state)
{
    struct wired *w = *state;
    struct ctx *c = &w->base.ctx;
    int64_t sum;

    assert_ok(c, sql_read_one(w->db, c, mysql_fixture_read, &sum));
    uint64_t connects = sql_stats(w->db).connects;

    wire_tap_cut(w->tap, "START", WIRE_TAP_UNHEARD);
    assert_ok(c, sql_read_one(w->db, c, mysql_fixture_read, &sum));
    wire_tap_cut(w->tap, "COMMIT", WIRE_TAP_UNHEARD);
    assert_ok(c, sql_read_one(w->db, c, mysql_fixture_read, &sum));
    assert_ok(c, sql_read_one(w->db, c, mysql_fixture_read, &sum));
    assert_int_equal(sql_stats(w->db).connects, connects);
}

/* ---- lost before it ---- */

static void a_connection_that_is_lost_before_the_commit_costs_an_attempt(void **state)
{
    struct wired *w = *state;
    int attempts;

    wire_tap_cut(w->tap, "SET n = n + 1", WIRE_TAP_UNANSWERED);
    assert_ok(&w->base.ctx, write_one(w, &attempts));
    assert_int_equal(attempts, 2);
    assert_int_equal(mysql_fixture_sum(&w->base), 1);
}

/* All that is in the pool is as old as the server that is gone. */
static void after_a_restart_of_the_server_nobody_is_refused(void **state)
{
    struct wired *w = *state;
    int attempts;

    assert_ok(&w->base.ctx, write_one(w, &attempts));
    wire_tap_part(w->tap, true);
    wire_tap_part(w->tap, false);
    assert_ok(&w->base.ctx, write_one(w, &attempts));
    assert_int_equal(mysql_fixture_sum(&w->base), 2);
}

static void while_the_server_is_away_all_are_refused_and_then_served(void **state)
{
    struct wired *w = *state;
    struct ctx *c = &w->base.ctx;
    int attempts;
    int64_t sum;

    wire_tap_part(w->tap, true);
    assert_err(write_one(w, &attempts), ERR_UNAVAILABLE);
    assert_err(sql_read(w->db, c, mysql_fixture_read, &sum), ERR_UNAVAILABLE);
    wire_tap_part(w->tap, false);
    while (write_one(w, &attempts)) /* as long as the pause lasts */
        continue;
    assert_int_equal(mysql_fixture_sum(&w->base), 1);
}

/* ---- silent ---- */

static void who_waits_for_a_silent_server_gives_up_at_his_deadline(void **state)
{
    struct wired *w = *state;
    struct ctx *c = &w->base.ctx;
    int attempts;
    int64_t sum;

    (void)sum_by_wire(w);
    assert_ok(c, write_one(w, &attempts));
    wire_tap_freeze(w->tap, true);
    c->deadline_ns = clock_monotonic_ns() + INT64_C(50) * CLOCK_NS_PER_MS;
    assert_err(sql_read(w->db, c, mysql_fixture_read, &sum), ERR_TIMEOUT);
    c->deadline_ns = clock_monotonic_ns() + INT64_C(50) * CLOCK_NS_PER_MS;
    assert_err(write_one(w, &attempts), ERR_TIMEOUT);
    wire_tap_freeze(w->tap, false);
    c->deadline_ns = 0;
    assert_int_equal(sum_by_wire(w), 1);
}

static struct err *sleep_long(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sql_rows r;

    (void)arg;
    return sql_query(tx, c, &r, "SELECT sleep(3600)");
}

static void a_statement_that_takes_too_long_ends_at_the_deadline(void **state)
{
    struct wired *w = *state;
    struct ctx *c = &w->base.ctx;

    c->deadline_ns = clock_monotonic_ns() + INT64_C(50) * CLOCK_NS_PER_MS;
    assert_err(sql_read(w->db, c, sleep_long, NULL), ERR_TIMEOUT);
    assert_err(sql_read(w->db, c, sleep_long, NULL), ERR_TIMEOUT); /* not even begun */
    c->deadline_ns = 0;
    assert_int_equal(sum_by_wire(w), 0);
}

/* ---- the pool ---- */

/* Somebody who has a connection until he is told to give it back. */
struct holder {
    struct sql *db;
    pthread_t thread;
    sem_t has_it, may_go;
};

static struct err *hold_work(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct holder *h = arg;

    (void)tx, (void)c;
    (void)sem_post(&h->has_it);
    (void)sem_wait(&h->may_go);
    return NULL;
}

static void *hold(void *arg)
{
    struct holder *h = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    assert_ok(&c, sql_read(h->db, &c, hold_work, h));
    arena_fini(&arena);
    return NULL;
}

static void begin_holding(struct holder *h, struct sql *db)
{
    h->db = db;
    assert_int_equal(sem_init(&h->has_it, 0, 0) | sem_init(&h->may_go, 0, 0), 0);
    assert_int_equal(pthread_create(&h->thread, NULL, hold, h), 0);
    (void)sem_wait(&h->has_it);
}

static void end_holding(struct holder *h)
{
    (void)sem_post(&h->may_go);
    pthread_join(h->thread, NULL);
}

/* The other one in the pool is as dead: it is not tried. */
static void a_read_whose_connection_is_lost_is_read_again(void **state)
{
    struct wired *w = *state;
    struct holder holder;

    begin_holding(&holder, w->db);
    (void)sum_by_wire(w);
    end_holding(&holder);
    assert_int_equal(sql_stats(w->db).readers_open, 2);
    wire_tap_part(w->tap, true);
    wire_tap_part(w->tap, false);
    assert_int_equal(sum_by_wire(w), 0);
    assert_int_equal(sql_stats(w->db).losses, 1);
}

static void who_finds_all_connections_busy_waits_until_his_deadline(void **state)
{
    struct wired *w = *state;
    struct ctx *c = &w->base.ctx;
    struct holder holders[2];
    int64_t sum;

    begin_holding(&holders[0], w->db);
    begin_holding(&holders[1], w->db);
    assert_int_equal(sql_stats(w->db).readers_busy, 2);
    c->deadline_ns = clock_monotonic_ns() + CLOCK_NS_PER_MS;
    assert_err(sql_read(w->db, c, mysql_fixture_read, &sum), ERR_TIMEOUT);
    c->deadline_ns = 0;
    end_holding(&holders[0]);
    assert_int_equal(sum_by_wire(w), 0);
    end_holding(&holders[1]);
    assert_int_equal(sql_stats(w->db).waits, 1);
    assert_true(sql_stats(w->db).wait_ns >= CLOCK_NS_PER_MS);
}

/* Changes the row, is cut off, and comes back when somebody else has changed it. */
static struct err *hold_a_row_while_cut_off(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct wired *w = arg;
    struct arena arena = {0};
    struct ctx apart = {.arena = &arena};
    char text[] = "UPDATE t SET n = n + 10 WHERE id = 1";

    TRY(sql_exec(tx, c, "UPDATE t SET n = n + 1 WHERE id = 1"));
    wire_tap_freeze(w->tap, true);
    assert_ok(&apart, sql_write(w->base.db, &apart, mysql_fixture_do, text));
    wire_tap_freeze(w->tap, false);
    arena_fini(&arena);
    return NULL;
}

static void a_transaction_that_is_cut_off_lets_go_of_its_rows(void **state)
{
    struct wired *w = *state;

    assert_unknown(sql_write(w->db, &w->base.ctx, hold_a_row_while_cut_off, w));
    assert_int_equal(mysql_fixture_sum(&w->base), 10);
}

static void *wait_for_one(void *arg)
{
    struct holder *h = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    int64_t sum;

    assert_ok(&c, sql_read(h->db, &c, mysql_fixture_read, &sum));
    arena_fini(&arena);
    return NULL;
}

static void beyond_so_many_that_wait_the_next_is_refused_at_once(void **state)
{
    struct wired *w = *state;
    struct holder holders[2], waiter = {.db = w->db};
    int64_t sum;

    begin_holding(&holders[0], w->db);
    begin_holding(&holders[1], w->db);
    assert_int_equal(pthread_create(&waiter.thread, NULL, wait_for_one, &waiter), 0);
    while (sql_stats(w->db).queued == 0)
        continue;
    assert_err(sql_read(w->db, &w->base.ctx, mysql_fixture_read, &sum), ERR_EXHAUSTED);
    assert_int_equal(sql_stats(w->db).refused, 1);
    end_holding(&holders[0]);
    end_holding(&holders[1]);
    pthread_join(waiter.thread, NULL);
}

/* ---- a replica ---- */

static int64_t stale_sum(struct wired *w, struct sql *db)
{
    int64_t sum = -1;

    assert_ok(&w->base.ctx, sql_read_stale(db, &w->base.ctx, mysql_fixture_read, &sum));
    return sum;
}

/* What stands there is not what the other one has: another database in the part of a replica. */
static void a_replica_answers_what_may_be_stale_and_nothing_else(void **state)
{
    struct wired *w = *state;
    struct ctx *c = &w->base.ctx;
    struct str late = scratch_server_place(c, "late", false);
    struct sql_options options = few_connections();
    struct sql *replica = scratch_db(c, late), *db;
    int64_t sum;

    scratch_do(c, replica, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (77)");
    options.replica = place_by(c, late, wire_tap_port(w->tap));
    assert_ok(c, sql_open(c, w->base.path, &options, &db));
    assert_int_equal(stale_sum(w, db), 77);
    assert_ok(c, sql_read(db, c, mysql_fixture_read, &sum));
    assert_int_equal(sum, 0);
    c->user_id = 7;
    assert_ok(c, sql_read_of(db, c, 8, mysql_fixture_read, &sum));
    assert_int_equal(sum, 77);
    assert_ok(c, sql_read_of(db, c, 7, mysql_fixture_read, &sum));
    assert_int_equal(sum, 0); /* what he wrote himself */
    wire_tap_part(w->tap, true);
    assert_int_equal(stale_sum(w, db), 0); /* the replica is away */
    assert_int_equal(sql_stats(db).stale_reads, 2);
    wire_tap_part(w->tap, false);
    sql_close(db);
    sql_close(replica);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static const struct CMUnitTest tests[] = {
    CASE(a_commit_whose_answer_is_lost_is_told_and_never_repeated),
    CASE(a_commit_that_was_never_heard_is_told_alike),
    CASE(a_read_of_one_statement_opens_no_transaction),
    CASE(a_connection_that_is_lost_before_the_commit_costs_an_attempt),
    CASE(a_read_whose_connection_is_lost_is_read_again),
    CASE(after_a_restart_of_the_server_nobody_is_refused),
    CASE(while_the_server_is_away_all_are_refused_and_then_served),
    CASE(who_waits_for_a_silent_server_gives_up_at_his_deadline),
    CASE(a_statement_that_takes_too_long_ends_at_the_deadline),
    CASE(who_finds_all_connections_busy_waits_until_his_deadline),
    CASE(a_transaction_that_is_cut_off_lets_go_of_its_rows),
    CASE(beyond_so_many_that_wait_the_next_is_refused_at_once),
    CASE(a_replica_answers_what_may_be_stale_and_nothing_else),
};

int main(void)
{
    return mysql_fixture_begin() ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
