/* Tests of the place of a restored folder: it appears whole, or not at all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "restore_place.h"
#include "scratch.h"

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct str parent, data;
    struct restore_place place;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->parent = scratch_dir(&f->arena);
    f->data = arena_str(&f->arena, "%s/data", f->parent.ptr);
    f->place.folder = -1;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    restore_place_close(&f->place);
    return fixture_end(state);
}

static void put(struct fixture *f, const char *name)
{
    int fd = openat(f->place.folder, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

    assert_true(fd >= 0);
    close(fd);
}

static void fill(struct fixture *f)
{
    assert_int_equal(mkdirat(f->place.folder, "media", 0700), 0);
    put(f, "media/x");
    put(f, "token.key");
    put(f, "duan.db");
}

static bool exists(struct fixture *f, const char *name)
{
    return access(arena_printf(&f->arena, "%s/%s", f->data.ptr, name), F_OK) == 0;
}

/* As where the data folder is a file system of its own. */
static void open_inside(struct fixture *f)
{
    assert_int_equal(mkdir(f->data.ptr, 0700), 0);
    assert_ok(&f->ctx, restore_place_open(&f->ctx, f->data, &f->place));
    assert_false(f->place.inside);
    restore_place_close(&f->place);
    char *made = arena_printf(&f->arena, "%s/.restore-XXXXXX", f->data.ptr);

    assert_non_null(mkdtemp(made));
    f->place = (struct restore_place){.data = f->data,
                                      .made = str_of(made),
                                      .inside = true,
                                      .folder = open(made, O_RDONLY | O_DIRECTORY)};
}

static void a_folder_that_is_not_there_appears(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, restore_place_open(&f->ctx, f->data, &f->place));
    fill(f);
    assert_false(exists(f, ""));
    assert_ok(&f->ctx, restore_place_finish(&f->place, &f->ctx));
    assert_true(exists(f, "media/x") && exists(f, "token.key") && exists(f, "duan.db"));
}

static void an_empty_folder_is_replaced(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(mkdir(f->data.ptr, 0700), 0);
    assert_ok(&f->ctx, restore_place_open(&f->ctx, f->data, &f->place));
    fill(f);
    assert_ok(&f->ctx, restore_place_finish(&f->place, &f->ctx));
    assert_true(exists(f, "duan.db"));
}

static void what_is_not_finished_leaves_nothing(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, restore_place_open(&f->ctx, f->data, &f->place));
    fill(f);
    restore_place_close(&f->place);
    f->place = (struct restore_place){.folder = -1};
    assert_int_equal(rmdir(f->parent.ptr), 0); /* it is empty */
    assert_int_equal(mkdir(f->parent.ptr, 0700), 0);
}

static void a_folder_that_was_filled_meanwhile_wins(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, restore_place_open(&f->ctx, f->data, &f->place));
    fill(f);
    assert_int_equal(mkdir(f->data.ptr, 0700), 0);
    assert_int_equal(mkdir(arena_printf(&f->arena, "%s/mine", f->data.ptr), 0700), 0);
    assert_err(restore_place_finish(&f->place, &f->ctx), ERR_EXISTS);
    assert_true(exists(f, "mine"));
    assert_false(exists(f, "duan.db"));
}

static void a_link_is_followed_to_the_folder_it_means(void **state)
{
    struct fixture *f = *state;
    struct str link = arena_str(&f->arena, "%s/link", f->parent.ptr);

    assert_int_equal(mkdir(f->data.ptr, 0700), 0);
    assert_int_equal(symlink(f->data.ptr, link.ptr), 0);
    assert_ok(&f->ctx, restore_place_open(&f->ctx, link, &f->place));
    fill(f);
    assert_ok(&f->ctx, restore_place_finish(&f->place, &f->ctx));
    assert_true(exists(f, "duan.db"));
}

static void in_a_file_system_of_its_own_its_parts_move_up(void **state)
{
    struct fixture *f = *state;

    open_inside(f);
    fill(f);
    assert_ok(&f->ctx, restore_place_finish(&f->place, &f->ctx));
    assert_true(exists(f, "media/x") && exists(f, "token.key") && exists(f, "duan.db"));
    assert_int_equal(unlink(arena_printf(&f->arena, "%s/duan.db", f->data.ptr)), 0);
    assert_int_equal(unlink(arena_printf(&f->arena, "%s/token.key", f->data.ptr)), 0);
    assert_int_equal(unlink(arena_printf(&f->arena, "%s/media/x", f->data.ptr)), 0);
    assert_int_equal(rmdir(arena_printf(&f->arena, "%s/media", f->data.ptr)), 0);
    assert_int_equal(rmdir(f->data.ptr), 0); /* nothing else is in it */
}

static void a_part_that_cannot_move_takes_the_others_back(void **state)
{
    struct fixture *f = *state;
    const char *other = arena_printf(&f->arena, "%s/duan.db", f->data.ptr);

    open_inside(f);
    fill(f);
    assert_int_equal(mkdir(other, 0700), 0); /* somebody was faster */
    assert_non_null(restore_place_finish(&f->place, &f->ctx));
    assert_false(exists(f, "media") || exists(f, "token.key"));
    restore_place_close(&f->place);
    f->place = (struct restore_place){.folder = -1};
    assert_int_equal(rmdir(other), 0);
    assert_int_equal(rmdir(f->data.ptr), 0);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_folder_that_is_not_there_appears),
        CASE(an_empty_folder_is_replaced),
        CASE(what_is_not_finished_leaves_nothing),
        CASE(a_folder_that_was_filled_meanwhile_wins),
        CASE(a_link_is_followed_to_the_folder_it_means),
        CASE(in_a_file_system_of_its_own_its_parts_move_up),
        CASE(a_part_that_cannot_move_takes_the_others_back),
    };

    return cmocka_run_group_tests_name("restore_place", tests, NULL, NULL);
}
