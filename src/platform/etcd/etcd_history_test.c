/* Tests of the etcd client on an etcd that forgets: compacted, killed, emptied. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd_fixture.h"
#include "etcd_process.h"

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct etcd_process *process;
    struct etcd *etcd;
    struct str prefix;
};

/* Until it answers: an etcd needs a moment to elect itself. */
static bool answers(struct fixture *f)
{
    struct etcd_query any = {.prefix = STR("/"), .limit = 1};
    struct etcd_found found;

    return etcd_find(f->etcd, &f->ctx, &any, &found) == NULL;
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->process = etcd_process_start(&f->arena);
    f->etcd = etcd_opened(&f->ctx, etcd_process_address(f->process));
    f->prefix = own_prefix(&f->arena);
    eventually(answers(f));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    etcd_close(f->etcd);
    return fixture_end(state);
}

/* The revision at which it stands. */
static int64_t put(struct fixture *f, const char *value)
{
    struct etcd_kv kv = {.key = f->prefix, .value = str_of(value)};

    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &kv));
    return revision_now(f->etcd, &f->ctx);
}

static void forget_before(struct fixture *f, int64_t revision)
{
    compact(&f->ctx, etcd_process_address(f->process), revision);
}

/* etcd tells it with the confirmation, or behind it. */
static struct err *gap_from(struct fixture *f, int64_t from)
{
    struct etcd_watch *w = NULL;
    struct etcd_changes changes;
    struct err *failure = etcd_watch_open(f->etcd, &f->ctx, f->prefix, from, &w);

    if (!failure)
        failure = etcd_watch_next(w, &f->ctx, &changes);
    etcd_watch_close(w);
    return failure;
}

static void compacted_history_is_a_gap(void **state)
{
    struct fixture *f = *state;
    int64_t old = put(f, "1");

    put(f, "2");
    forget_before(f, put(f, "3"));
    struct err *failure = gap_from(f, old);

    assert_err(failure, ERR_ABORTED);
    assert_ptr_equal(failure->reason, ETCD_GAP);
}

/* So that a watch of which nothing is to be told does not fall behind compaction. */
static void a_quiet_watch_moves_on_with_the_store(void **state)
{
    struct fixture *f = *state;
    struct etcd_watch *w;
    struct etcd_changes changes = {0};

    etcd_process_kill(f->process);
    etcd_process_tell_progress(f->process);
    etcd_process_restart(f->process);
    eventually(answers(f));
    int64_t now = put(f, "1");

    assert_ok(&f->ctx, etcd_watch_open(f->etcd, &f->ctx, STR("/elsewhere"), 1, &w));
    while (changes.revision < now) {
        assert_ok(&f->ctx, etcd_watch_next(w, &f->ctx, &changes));
        assert_int_equal(changes.count, 0);
    }
    etcd_watch_close(w);
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
    struct fixture *f = *state;
    int64_t before = put(f, "1");

    etcd_process_kill(f->process);
    etcd_process_restart(f->process);
    eventually(answers(f));
    assert_true(revision_now(f->etcd, &f->ctx) >= before);
}

static void a_store_that_has_lost_everything_is_a_gap(void **state)
{
    struct fixture *f = *state;
    int64_t before = put(f, "1");

    etcd_process_kill(f->process);
    etcd_process_empty(f->process);
    etcd_process_restart(f->process);
    eventually(answers(f));
    struct err *failure = gap_from(f, before + 1);

    assert_err(failure, ERR_ABORTED);
    assert_ptr_equal(failure->reason, ETCD_GAP);
}

static void a_frozen_etcd_answers_again_when_it_thaws(void **state)
{
    struct fixture *f = *state;
    struct ctx hurried = {.arena = &f->arena};
    struct etcd_lease lease;

    etcd_process_freeze(f->process);
    hurried.deadline_ns = clock_monotonic_ns() + 50 * (int64_t)CLOCK_NS_PER_MS;
    assert_err(etcd_grant(f->etcd, &hurried, 5, &lease), ERR_TIMEOUT);
    etcd_process_thaw(f->process);
    eventually(answers(f));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(compacted_history_is_a_gap),
        CASE(a_quiet_watch_moves_on_with_the_store),
        CASE(what_was_acknowledged_survives_a_kill),
        CASE(a_store_that_has_lost_everything_is_a_gap),
        CASE(a_frozen_etcd_answers_again_when_it_thaws),
    };

    if (!etcd_process_is_installed())
        return skip_all("etcd is not installed");
    return cmocka_run_group_tests_name("etcd_history", tests, NULL, NULL);
}
