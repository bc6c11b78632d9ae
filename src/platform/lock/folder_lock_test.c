/* Tests of the lock on a folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "folder_lock.h"
#include "scratch.h"

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct str dir;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->dir = scratch_dir(&f->arena);
    return 0;
}

static void a_second_owner_is_refused_and_told_who_has_it(void **state)
{
    struct fixture *f = *state;
    struct folder_lock *mine, *second = NULL;

    assert_ok(&f->ctx, folder_lock_take(&f->ctx, f->dir, &mine));
    struct err *e = folder_lock_take(&f->ctx, f->dir, &second);

    assert_err(e, ERR_PRECONDITION);
    assert_non_null(strstr(err_text(&f->ctx, e), arena_printf(&f->arena, "%ld", (long)getpid())));
    assert_null(second);
    folder_lock_release(mine);
}

static void what_was_given_up_can_be_taken_and_was_not_left(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        struct folder_lock *lock;

        assert_ok(&f->ctx, folder_lock_take(&f->ctx, f->dir, &lock));
        assert_false(folder_lock_was_left(lock));
        folder_lock_release(lock);
    }
}

/* A child takes the lock and is killed with it. */
static void take_and_die(struct fixture *f)
{
    pid_t child = fork();
    struct folder_lock *lock;

    if (child == 0) {
        if (!folder_lock_take(&f->ctx, f->dir, &lock))
            (void)raise(SIGKILL);
        _exit(1);
    }
    int status = 0;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void what_a_dead_owner_held_can_be_taken_and_was_left(void **state)
{
    struct fixture *f = *state;
    struct folder_lock *lock;

    take_and_die(f);
    assert_ok(&f->ctx, folder_lock_take(&f->ctx, f->dir, &lock));
    assert_true(folder_lock_was_left(lock));
    folder_lock_release(lock);
}

static void who_only_looks_leaves_a_kill_to_be_told(void **state)
{
    struct fixture *f = *state;
    struct folder_lock *lock;

    take_and_die(f);
    for (int i = 0; i < 2; i++) {
        assert_ok(&f->ctx, folder_lock_take(&f->ctx, f->dir, &lock));
        assert_true(folder_lock_was_left(lock));
        folder_lock_return(lock);
    }
    assert_ok(&f->ctx, folder_lock_take(&f->ctx, f->dir, &lock));
    folder_lock_release(lock);
    assert_ok(&f->ctx, folder_lock_take(&f->ctx, f->dir, &lock));
    folder_lock_return(lock);
    assert_ok(&f->ctx, folder_lock_take(&f->ctx, f->dir, &lock));
    assert_false(folder_lock_was_left(lock));
    folder_lock_release(lock);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    struct fixture *f = *state;
    struct folder_lock *lock = NULL;

    assert_err(folder_lock_take(&f->ctx, STR("/nonexistent"), &lock), ERR_UNAVAILABLE);
    assert_null(lock);
    folder_lock_release(lock);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_second_owner_is_refused_and_told_who_has_it),
        CASE(what_was_given_up_can_be_taken_and_was_not_left),
        CASE(what_a_dead_owner_held_can_be_taken_and_was_left),
        CASE(who_only_looks_leaves_a_kill_to_be_told),
        CASE(a_folder_that_is_not_there_is_told),
    };

    return cmocka_run_group_tests_name("folder_lock", tests, NULL, NULL);
}
