/* A test of the registry on an etcd of three members, each of which is killed in turn. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd_fixture.h"
#include "etcd_process.h"
#include "log.h"
#include "registry.h"
#include "registry_heard.h"

enum { MEMBERS = 3, TTL_S = 60 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct log *log;
    struct etcd_process *members[MEMBERS];
    struct heard user;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));
    struct log_options quiet = {.fd = -1, .level = LOG_LEVEL_ERROR};

    f->ctx.arena = &f->arena;
    f->log = log_open(&quiet);
    etcd_process_start_all(&f->arena, f->members, MEMBERS);
    heard_init(&f->user);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    log_close(f->log);
    heard_fini(&f->user);
    return fixture_end(state);
}

static struct registry *opened(struct fixture *f)
{
    struct registry_options options = registry_defaults;
    struct registry *r;

    options.endpoints =
        arena_str(&f->arena, "%s,%s,%s", etcd_process_address(f->members[0]),
                  etcd_process_address(f->members[1]), etcd_process_address(f->members[2]));
    options.ttl_s = TTL_S;
    options.log = f->log;
    assert_ok(&f->ctx, registry_open(&f->ctx, &options, &r));
    return r;
}

static void add(struct fixture *f, struct registry *r, int number)
{
    struct registry_instance instance = {
        .service = STR("user"),
        .id = arena_str(&f->arena, "u-%d", number),
        .address = arena_str(&f->arena, "10.0.0.%d:1", number),
    };

    registry_register(r, &instance);
}

/* Nothing that was there goes meanwhile, and what comes is heard. */
static void members_of_etcd_may_be_restarted_one_by_one(void **state)
{
    struct fixture *f = *state;
    struct registry *watcher = opened(f), *r = opened(f);
    const char *all = "10.0.0.1:1";

    registry_watch(watcher, "user", listen_to, &f->user);
    add(f, r, 1);
    eventually(hears(&f->user, all));
    for (int i = 0; i < MEMBERS; i++) {
        etcd_process_kill(f->members[i]);
        add(f, r, i + 2);
        all = arena_printf(&f->arena, "%s 10.0.0.%d:1", all, i + 2);
        eventually(hears(&f->user, all));
        etcd_process_restart(f->members[i]);
        eventually(registry_stats(r).connected && registry_stats(watcher).connected);
    }
    assert_int_equal(emptied(&f->user), 0);
    assert_int_equal(registry_stats(watcher).gaps, 0); /* the watch went on, and missed nothing */
    registry_close(r);
    registry_close(watcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_of_etcd_may_be_restarted_one_by_one, setup,
                                        teardown),
    };

    if (!etcd_process_is_installed())
        return skip_all("etcd is not installed");
    return cmocka_run_group_tests_name("registry_members", tests, NULL, NULL);
}
