/* Tests of inboxes: what is remembered of facts, and when it may be forgotten. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "inbox.h"

#include "changes.h"
#include "codec.h"
#include "migrate.h"
#include "scratch_db.h"
#include "sequence.h"
#include "test_clock.h"

static const struct codec_type mark = {.name = "Mark", .size = sizeof(int)};

static const int64_t HOUR_MS = INT64_C(3600000);
static const int64_t START_MS = INT64_C(1800000000000);

struct fixture {
    struct db_fixture *base;
    struct changes *changes;
    struct changes_api *inbox;
    int64_t next;      /* id of the next fact */
    int64_t seen;      /* facts that the follower was given */
    int64_t now;       /* where the clock stands */
    size_t last_count; /* of the list it was given last */
    bool refuses;
};

static struct err *follow(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    struct fixture *f = self;

    (void)tx;
    if (f->refuses)
        return err_new(c, ERR_PRECONDITION, "not now");
    f->seen += (int64_t)list.count;
    f->last_count = list.count;
    return NULL;
}

static int setup(void **state)
{
    const struct migration_list lists[] = {sequence_migrations, changes_migrations};
    struct fixture *f = calloc(1, sizeof(*f));
    void *base;

    if (!f || db_fixture_setup(&base) != 0)
        abort();
    f->base = base;
    assert_ok(&f->base->ctx, migrate(f->base->db, &f->base->ctx, lists, COUNT(lists)));
    f->changes = changes_create();
    changes_follow(f->changes, &mark, follow, f);
    f->inbox = inbox_create(f->base->db, f->changes);
    f->next = 1;
    f->now = START_MS;
    test_clock_stop(f->now);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    inbox_destroy(f->inbox);
    changes_destroy(f->changes);
    test_clock_run();
    void *base = f->base;

    free(f);
    return db_fixture_teardown(&base);
}

static void pass(struct fixture *f, int64_t ms)
{
    f->now += ms;
    test_clock_stop(f->now);
}

static struct err *bring(struct fixture *f, int64_t id, int64_t read_at, int64_t settled_before)
{
    struct changes_fact fact = {.id = id, .type = STR("Mark")};
    struct changes_apply_req req = {.source = STR("source"),
                                    .read_at = read_at,
                                    .settled_before = settled_before,
                                    .facts = {&fact, 1}};
    struct changes_apply_resp resp = {0};

    return changes_apply(f->inbox, &f->base->ctx, &req, &resp);
}

/* The next fact, just written; and what its source says of older ones. */
static void bring_next(struct fixture *f, int64_t settled_before)
{
    assert_ok(&f->base->ctx, bring(f, f->next++, f->now, settled_before));
}

struct count_job {
    int64_t found;
};

static struct err *count_rows(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct count_job *job = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT count(*) FROM changes_applied"));
    job->found = sql_next(&r) ? sql_i64(&r, 0) : -1;
    return NULL;
}

static int64_t remembered(struct fixture *f)
{
    struct count_job job;

    assert_ok(&f->base->ctx, sql_read(f->base->db, &f->base->ctx, count_rows, &job));
    return job.found;
}

/* ---- once ---- */

static void a_fact_is_applied_once(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->base->ctx, bring(f, 7, f->now, 0));
    assert_ok(&f->base->ctx, bring(f, 7, f->now, 0));
    assert_int_equal(f->seen, 1);
    assert_int_equal(inbox_stats(f->inbox).repeated, 1);
}

static void facts_of_one_type_come_in_one_list(void **state)
{
    struct fixture *f = *state;
    struct changes_fact facts[3] = {{.id = 3, .type = STR("Mark")},
                                    {.id = 1, .type = STR("Mark")},
                                    {.id = 2, .type = STR("Mark")}};
    struct changes_apply_req req = {
        .source = STR("source"), .read_at = f->now, .facts = {facts, COUNT(facts)}};
    struct changes_apply_resp resp = {0};

    assert_ok(&f->base->ctx, bring(f, 2, f->now, 0));
    assert_ok(&f->base->ctx, changes_apply(f->inbox, &f->base->ctx, &req, &resp));
    assert_int_equal(f->last_count, 2);
    assert_int_equal(f->seen, 3);
}

static void what_a_follower_refuses_is_not_remembered(void **state)
{
    struct fixture *f = *state;

    f->refuses = true;
    assert_err(bring(f, 7, f->now, 0), ERR_PRECONDITION);
    f->refuses = false;
    assert_ok(&f->base->ctx, bring(f, 7, f->now, 0));
    assert_int_equal(f->seen, 1);
}

static void two_sources_may_give_the_same_number(void **state)
{
    struct fixture *f = *state;
    struct changes_fact fact = {.id = 7, .type = STR("Mark")};
    struct changes_apply_req req = {
        .source = STR("another"), .read_at = f->now, .facts = {&fact, 1}};
    struct changes_apply_resp resp = {0};

    assert_ok(&f->base->ctx, bring(f, 7, f->now, 0));
    assert_ok(&f->base->ctx, changes_apply(f->inbox, &f->base->ctx, &req, &resp));
    assert_int_equal(f->seen, 2);
}

static void what_is_unknown_is_refused_by_its_number(void **state)
{
    struct fixture *f = *state;
    struct changes_fact facts[3] = {{.id = 1, .type = STR("Mark")},
                                    {.id = 2, .type = STR("Tomorrow")},
                                    {.id = 3, .type = STR("Mark"), .op = 9}};
    struct changes_apply_req req = {
        .source = STR("source"), .read_at = f->now, .facts = {facts, COUNT(facts)}};
    struct changes_apply_resp resp = {0};

    assert_ok(&f->base->ctx, changes_apply(f->inbox, &f->base->ctx, &req, &resp));
    assert_int_equal(resp.refused.count, 2);
    assert_int_equal(resp.refused.at[0], 2);
    assert_int_equal(resp.refused.at[1], 3);
    assert_int_equal(f->seen, 1);
    assert_int_equal(remembered(f), 1);
}

static void a_call_has_its_limits(void **state)
{
    struct fixture *f = *state;
    struct changes_apply_req many = {.source = STR("source"), .read_at = f->now};
    struct changes_apply_req nameless = {.read_at = f->now};
    struct changes_apply_req named = {.source = STR("a source with too long a name"),
                                      .read_at = f->now};
    struct changes_apply_resp resp = {0};

    many.facts.count = INBOX_FACTS_MAX + 1;
    many.facts.at = arena_array(&f->base->arena, struct changes_fact, many.facts.count);
    assert_err(changes_apply(f->inbox, &f->base->ctx, &many, &resp), ERR_INVALID);
    assert_err(changes_apply(f->inbox, &f->base->ctx, &nameless, &resp), ERR_INVALID);
    assert_err(changes_apply(f->inbox, &f->base->ctx, &named, &resp), ERR_INVALID);
}

/* ---- forgetting ---- */

static void a_fact_is_forgotten_long_after_its_source_has_settled_it(void **state)
{
    struct fixture *f = *state;

    bring_next(f, 0);
    pass(f, 3 * HOUR_MS);
    bring_next(f, f->now); /* told for the first time */
    pass(f, HOUR_MS);
    bring_next(f, f->now); /* too early to act on it */
    bring_next(f, f->now);
    assert_int_equal(remembered(f), 4);
    pass(f, 2 * HOUR_MS);
    bring_next(f, f->now); /* now it holds ... */
    bring_next(f, f->now); /* ... and the first is forgotten */
    assert_int_equal(remembered(f), 5);
    assert_err(bring(f, 1, START_MS, 0), ERR_ABORTED); /* who has it still is too late */
    assert_int_equal(f->seen, 6);
}

static void what_may_still_come_is_never_forgotten(void **state)
{
    struct fixture *f = *state;
    int64_t oldest = f->now; /* it waits at its source all the time */

    bring_next(f, oldest);
    for (int hours = 0; hours < 48; hours++) {
        pass(f, HOUR_MS);
        bring_next(f, oldest);
    }
    assert_int_equal(remembered(f), 49);
    assert_ok(&f->base->ctx, bring(f, 1, f->now, oldest));
    assert_int_equal(f->seen, 49);
}

static void memory_is_bounded_while_all_goes_well(void **state)
{
    struct fixture *f = *state;

    for (int hours = 0; hours < 48; hours++) {
        pass(f, HOUR_MS);
        bring_next(f, f->now);
    }
    assert_true(remembered(f) < 12);
    assert_int_equal(f->seen, 48);
}

static void a_source_that_says_nothing_makes_nobody_forget(void **state)
{
    struct fixture *f = *state;

    for (int hours = 0; hours < 48; hours++) {
        pass(f, HOUR_MS);
        bring_next(f, 0);
    }
    assert_int_equal(remembered(f), 48);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(a_fact_is_applied_once),
        CASE(facts_of_one_type_come_in_one_list),
        CASE(what_a_follower_refuses_is_not_remembered),
        CASE(two_sources_may_give_the_same_number),
        CASE(what_is_unknown_is_refused_by_its_number),
        CASE(a_call_has_its_limits),
        CASE(a_fact_is_forgotten_long_after_its_source_has_settled_it),
        CASE(what_may_still_come_is_never_forgotten),
        CASE(memory_is_bounded_while_all_goes_well),
        CASE(a_source_that_says_nothing_makes_nobody_forget),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests_name("inbox", tests, NULL, NULL) : 0;
}
