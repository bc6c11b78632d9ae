/* Tests of the etcd client on a store of three members, of which some are killed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd_fixture.h"
#include "etcd_process.h"

enum { MEMBERS = 3 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct etcd_process *members[MEMBERS];
    struct etcd *etcd; /* knows all of them */
    struct str prefix;
};

static bool put(struct fixture *f, const char *value)
{
    struct etcd_kv kv = {.key = f->prefix, .value = str_of(value)};

    return etcd_put(f->etcd, &f->ctx, &kv) == NULL;
}

static bool reads(struct fixture *f, const char *value)
{
    struct etcd_query query = {.prefix = f->prefix};
    struct etcd_found found;

    return !etcd_find(f->etcd, &f->ctx, &query, &found) && found.kvs.count == 1 &&
           str_eq(found.kvs.at[0].value, str_of(value));
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    etcd_process_start_all(&f->arena, f->members, MEMBERS);
    f->etcd = etcd_opened(&f->ctx,
                          arena_printf(&f->arena, "%s,%s,%s", etcd_process_address(f->members[0]),
                                       etcd_process_address(f->members[1]),
                                       etcd_process_address(f->members[2])));
    f->prefix = own_prefix(&f->arena);
    eventually(put(f, "first"));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    etcd_close(f->etcd);
    return fixture_end(state);
}

/* Whoever led: after each kill the other two go on, and who comes back knows what he missed. */
static void any_one_of_three_may_be_killed_and_come_back(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < MEMBERS; i++) {
        const char *value = arena_printf(&f->arena, "without %d", i);

        etcd_process_kill(f->members[i]);
        eventually(put(f, value));
        eventually(reads(f, value));
        etcd_process_restart(f->members[i]);
        eventually(put(f, "together"));
    }
    assert_true(etcd_failovers(f->etcd) > 0);
}

/* It knows a value, and cannot know whether it is still true. */
static void one_of_three_alone_answers_nothing(void **state)
{
    struct fixture *f = *state;
    struct etcd_query query = {.prefix = f->prefix};
    struct etcd_found found;

    etcd_process_kill(f->members[0]);
    etcd_process_kill(f->members[1]);
    f->ctx.deadline_ns = clock_monotonic_ns() + 500 * (int64_t)CLOCK_NS_PER_MS;
    assert_non_null(etcd_find(f->etcd, &f->ctx, &query, &found));
    f->ctx.deadline_ns = 0;
    etcd_process_restart(f->members[0]);
    eventually(reads(f, "first"));
}

static bool tells(const struct etcd_changes *changes, const char *value)
{
    for (size_t i = 0; i < changes->count; i++)
        if (str_eq(changes->at[i].kv.value, str_of(value)))
            return true;
    return false;
}

/* A put whose first attempt was slow may be done, and told, twice. */
static void a_watch_goes_on_at_another_member(void **state)
{
    struct fixture *f = *state;
    struct etcd_changes changes = {0};
    struct etcd_watch *w = NULL;
    bool told = false;

    assert_ok(&f->ctx, etcd_watch_open(f->etcd, &f->ctx, f->prefix, 1, &w));
    eventually(put(f, "second"));
    while (!tells(&changes, "second"))
        assert_ok(&f->ctx, etcd_watch_next(w, &f->ctx, &changes));
    for (int i = 0; i < MEMBERS - 1; i++) { /* one of them had the watch */
        etcd_process_kill(f->members[i]);
        eventually(put(f, "third"));
        etcd_process_restart(f->members[i]);
        eventually(put(f, "fourth"));
    }
    etcd_watch_close(w);
    w = NULL;
    eventually(!etcd_watch_open(f->etcd, &f->ctx, f->prefix, changes.revision + 1, &w));
    while (!tells(&changes, "fourth")) {
        assert_ok(&f->ctx, etcd_watch_next(w, &f->ctx, &changes));
        told = told || tells(&changes, "third");
    }
    assert_true(told);
    etcd_watch_close(w);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(any_one_of_three_may_be_killed_and_come_back),
        CASE(one_of_three_alone_answers_nothing),
        CASE(a_watch_goes_on_at_another_member),
    };

    if (!etcd_process_is_installed())
        return skip_all("etcd is not installed");
    return cmocka_run_group_tests_name("etcd_members", tests, NULL, NULL);
}
