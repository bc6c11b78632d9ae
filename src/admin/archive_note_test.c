/* Tests of the notes in a backup, and of the names that may be in one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "archive_note.h"

static void a_note_is_read_as_it_was_written(void **state)
{
    struct arena a = {0};
    struct ctx c = {.arena = &a};
    const struct archive_note_first first = {
        ARCHIVE_NOTE_FORMAT, STR("1.2.3"), 1700000000, 12, 34, 56};
    const struct archive_note_last last = {7, INT64_C(1) << 40, STR("00ff")};
    struct archive_note_first read_first = {0};
    struct archive_note_last read_last = {0};

    (void)state;
    assert_ok(&c, archive_note_read_first(&c, archive_note_write_first(&a, &first), &read_first));
    assert_str(read_first.program, first.program);
    assert_int_equal(read_first.created, first.created);
    assert_int_equal(read_first.users, first.users);
    assert_int_equal(read_first.videos, first.videos);
    assert_int_equal(read_first.database_bytes, first.database_bytes);
    assert_ok(&c, archive_note_read_last(&c, archive_note_write_last(&a, &last), &read_last));
    assert_int_equal(read_last.files, last.files);
    assert_int_equal(read_last.bytes, last.bytes);
    assert_str(read_last.sha256, last.sha256);
    arena_fini(&a);
}

static void what_is_no_note_is_refused(void **state)
{
    static const struct str wrong[] = {
        STR_INIT(""),
        STR_INIT("format"),
        STR_INIT("format: x\n"),
        STR_INIT("format: -1\n"),
        STR_INIT("format: 1\nprogram: 1\n"),
        STR_INIT("format: 2\ncreated: 1\nusers: 1\nvideos: 1\ndatabase-bytes: 1\n"),
        STR_INIT("format: 1\ncreated: 1\nusers: 1\nvideos: 1\ndatabase-bytes: -1\n"),
        STR_INIT("format: 99999999999999999999\n"),
    };
    struct arena a = {0};
    struct ctx c = {.arena = &a};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct archive_note_first first = {.users = 77};
        struct archive_note_last last = {.files = 77};

        assert_err(archive_note_read_first(&c, wrong[i], &first), ERR_INVALID);
        assert_int_equal(first.users, 77);
        assert_err(archive_note_read_last(&c, wrong[i], &last), ERR_INVALID);
        assert_int_equal(last.files, 77);
    }
    arena_fini(&a);
}

static void names_that_a_later_program_adds_are_passed_over(void **state)
{
    struct arena a = {0};
    struct ctx c = {.arena = &a};
    struct archive_note_last last = {0};

    (void)state;
    assert_ok(&c, archive_note_read_last(
                      &c, STR("mood: good\nfiles: 1\n\nbytes: 2\nsha256: ab\nfiles: 9"), &last));
    assert_int_equal(last.files, 1);
    assert_str(last.sha256, STR("ab"));
    arena_fini(&a);
}

static void only_names_of_a_data_folder_are_allowed(void **state)
{
    static const struct {
        struct str name;
        bool allowed;
    } cases[] = {
        {STR_INIT("duan.db"), true},
        {STR_INIT("token.key"), true},
        {STR_INIT("duan.yaml"), true},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/0/play.mp4"), true},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/12/v_64-1.m4s"), true},
        {STR_INIT(""), false},
        {STR_INIT("/duan.db"), false},
        {STR_INIT("./duan.db"), false},
        {STR_INIT("duan.db/"), false},
        {STR_INIT("duan.db-wal"), false},
        {STR_INIT("lock"), false},
        {STR_INIT("media"), false},
        {STR_INIT("media/objects/u/ab/abcdef0123456789/picture.webp"), true},
        {STR_INIT("media/objects/u/ab/abcdef0123456789/0/picture.webp"), false},
        {STR_INIT("media/objects/u/ab/picture.webp"), false},
        {STR_INIT("media/objects/"), false},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/0"), false},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/0/"), false},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/0/x/y"), false},
        {STR_INIT("media/objects/v/ab/../0/x"), false},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/0/.x"), false},
        {STR_INIT("media/objects/v//abcdef0123456789/0/x"), false},
        {STR_INIT("media/objects/w/ab/abcdef0123456789/0/x"), false},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/0/x\n"), false},
        {STR_INIT("media/objects/v/ab/abcdef0123456789/0/x\0"), false},
        {STR_INIT("media/objects/v/AB/abcdef0123456789/0/x"), false},
        {STR_INIT("media/scratch/v/ab/abcdef0123456789/0/x"), false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(archive_note_allows(cases[i].name), cases[i].allowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_note_is_read_as_it_was_written),
        TEST(what_is_no_note_is_refused),
        TEST(names_that_a_later_program_adds_are_passed_over),
        TEST(only_names_of_a_data_folder_are_allowed),
    };

    return cmocka_run_group_tests_name("archive_note", tests, NULL, NULL);
}
