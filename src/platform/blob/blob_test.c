/* Tests of blob, the same for every driver: whole objects, safe names. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <unistd.h>

#include "blob.h"
#include "fixture.h"
#include "scratch.h"
#include "test_s3.h"

static struct blob_s3_options store; /* of main(): its bucket is made by the first test */
static bool in_store;

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct str dir;
    struct blob *blob;
};

static struct err *open_blob(struct fixture *f)
{
    return in_store ? blob_open_s3(&f->ctx, &store, f->dir, &f->blob)
                    : blob_open_dir(&f->ctx, f->dir, &f->blob);
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->dir = scratch_dir(&f->arena);
    assert_ok(&f->ctx, open_blob(f));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, blob_remove(f->blob, &f->ctx, STR("v")));
    blob_close(f->blob);
    return fixture_end(state);
}

static struct str file_with(struct fixture *f, const char *text)
{
    struct str dir, path;

    assert_ok(&f->ctx, blob_scratch(f->blob, &f->ctx, STR("making"), &dir));
    path = arena_str(&f->arena, "%s/file", dir.ptr);
    FILE *out = fopen(path.ptr, "w");

    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
    return path;
}

static void put(struct fixture *f, struct str key, const char *text)
{
    assert_ok(&f->ctx, blob_put(f->blob, &f->ctx, key, file_with(f, text)));
}

static void holds(struct fixture *f, struct str key, const char *text)
{
    struct blob_object o;
    char got[64] = "";

    assert_ok(&f->ctx, blob_get(f->blob, &f->ctx, key, &o));
    assert_int_equal(read(o.fd, got, sizeof(got) - 1), (int)strlen(text));
    assert_string_equal(got, text);
    assert_int_equal(o.size, strlen(text));
    close(o.fd);
}

static void what_was_put_can_be_got(void **state)
{
    struct fixture *f = *state;

    put(f, STR("v/2a/42/1/video.mp4"), "hello");
    holds(f, STR("v/2a/42/1/video.mp4"), "hello");
}

static void putting_again_replaces(void **state)
{
    struct fixture *f = *state;

    put(f, STR("v/a"), "old");
    put(f, STR("v/a"), "new");
    holds(f, STR("v/a"), "new");
}

static void what_was_never_put_is_not_found(void **state)
{
    struct fixture *f = *state;
    struct blob_object o;

    assert_err(blob_get(f->blob, &f->ctx, STR("v/none"), &o), ERR_NOT_FOUND);
    put(f, STR("v/a/b"), "x");
    assert_err(blob_get(f->blob, &f->ctx, STR("v/a"), &o), ERR_NOT_FOUND); /* a folder */
}

static void a_name_never_leaves_the_directory(void **state)
{
    static const struct str bad[] = {
        STR_INIT(""),           STR_INIT("/etc/passwd"), STR_INIT("../x"), STR_INIT("v/../../x"),
        STR_INIT("v//x"),       STR_INIT("v/"),          STR_INIT("v/.x"), STR_INIT("v/x y"),
        STR_INIT("v/\xc3\xa9"), STR_INIT("v/A"),
    };
    struct fixture *f = *state;
    struct blob_object o;

    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_err(blob_get(f->blob, &f->ctx, bad[i], &o), ERR_NOT_FOUND);
        assert_err(blob_put(f->blob, &f->ctx, bad[i], file_with(f, "x")), ERR_NOT_FOUND);
        assert_err(blob_remove(f->blob, &f->ctx, bad[i]), ERR_NOT_FOUND);
    }
}

static void removing_takes_everything_below(void **state)
{
    struct fixture *f = *state;
    struct blob_object o;

    put(f, STR("v/1/a"), "a");
    put(f, STR("v/1/b/c"), "c");
    put(f, STR("v/12"), "stays");
    assert_ok(&f->ctx, blob_remove(f->blob, &f->ctx, STR("v/1")));
    assert_ok(&f->ctx, blob_remove(f->blob, &f->ctx, STR("v/1")));
    assert_err(blob_get(f->blob, &f->ctx, STR("v/1/b/c"), &o), ERR_NOT_FOUND);
    holds(f, STR("v/12"), "stays");
}

static struct err *note(void *self, struct ctx *c, struct str name, bool *keep)
{
    *keep = false;
    *(struct str *)self = arena_copy(c->arena, name);
    return NULL;
}

static struct err *do_not_know(void *self, struct ctx *c, struct str name, bool *keep)
{
    (void)self;
    *keep = false;
    return err_new(c, ERR_UNAVAILABLE, STR_FMT " is not known", STR_ARG(name));
}

static void reopen(struct fixture *f)
{
    blob_close(f->blob);
    f->blob = NULL;
    assert_ok(&f->ctx, open_blob(f));
}

static void scratch_left_by_a_crash_is_told_and_gone(void **state)
{
    struct fixture *f = *state;
    struct str left = file_with(f, "half"), told = {0};

    reopen(f);
    assert_ok(&f->ctx, blob_recover(f->blob, &f->ctx, note, &told));
    assert_true(str_eq(told, STR("making")));
    assert_int_not_equal(access(left.ptr, F_OK), 0);
    told = (struct str){0};
    assert_ok(&f->ctx, blob_recover(f->blob, &f->ctx, note, &told));
    assert_int_equal(told.len, 0);
}

static void scratch_is_kept_until_it_could_be_dealt_with(void **state)
{
    struct fixture *f = *state;
    struct str left = file_with(f, "half");

    reopen(f);
    assert_err(blob_recover(f->blob, &f->ctx, do_not_know, NULL), ERR_UNAVAILABLE);
    assert_int_equal(access(left.ptr, F_OK), 0);
}

static struct err *keep_wanted(void *self, struct ctx *c, struct str name, bool *keep)
{
    (void)self, (void)c;
    *keep = str_eq(name, STR("wanted"));
    return NULL;
}

static void a_workspace_goes_unless_somebody_comes_back_for_it(void **state)
{
    struct fixture *f = *state;
    struct str wanted, forgotten;

    assert_ok(&f->ctx, blob_workspace(f->blob, &f->ctx, STR("wanted"), &wanted));
    assert_ok(&f->ctx, blob_workspace(f->blob, &f->ctx, STR("forgotten"), &forgotten));
    reopen(f);
    assert_ok(&f->ctx, blob_recover_workspaces(f->blob, &f->ctx, keep_wanted, NULL));
    assert_int_equal(access(wanted.ptr, F_OK), 0);
    assert_int_not_equal(access(forgotten.ptr, F_OK), 0);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    (void)argv;
    const struct CMUnitTest tests[] = {
        CASE(what_was_put_can_be_got),
        CASE(putting_again_replaces),
        CASE(what_was_never_put_is_not_found),
        CASE(a_name_never_leaves_the_directory),
        CASE(removing_takes_everything_below),
        CASE(scratch_left_by_a_crash_is_told_and_gone),
        CASE(scratch_is_kept_until_it_could_be_dealt_with),
        CASE(a_workspace_goes_unless_somebody_comes_back_for_it),
    };

    in_store = argc > 1;
    if (!in_store)
        return cmocka_run_group_tests_name("blob", tests, NULL, NULL);
    if (!test_s3(&store))
        return 0;
    int failed = cmocka_run_group_tests_name("blob_s3", tests, NULL, NULL);

    test_s3_end(&store);
    return failed;
}
