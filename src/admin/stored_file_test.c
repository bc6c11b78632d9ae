/* Tests of stored files: what breaks off is seen, and names in playlists are found. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <unistd.h>

#include "scratch.h"
#include "stored_file.h"

static const char *fault_of(struct str bytes, struct str name)
{
    char path[] = "/tmp/duan-test-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
    const char *fault = stored_file_fault(fd, (int64_t)bytes.len, name);

    close(fd);
    assert_int_equal(unlink(path), 0);
    return fault;
}

#define FTYP     \
    "\0\0\0\x10" \
    "ftypisom\0\0\0\0"

static void whole_files_have_no_fault(void **state)
{
    (void)state;
    assert_null(fault_of(STR(FTYP "\0\0\0\x0cmdat1234"), STR("video.mp4")));
    assert_null(fault_of(STR("\xff\xd8 picture \xff\xd9"), STR("cover.jpg")));
    assert_null(fault_of(STR("RIFF\x04\0\0\0WEBP"), STR("cover.webp")));
    assert_null(fault_of(STR("#EXTM3U\nvideo.mp4\n"), STR("master.m3u8")));
    assert_null(fault_of(STR("anything"), STR("original.bin")));
}

static void what_breaks_off_or_is_something_else_has_one(void **state)
{
    static const struct {
        struct str bytes, name;
    } cases[] = {
        {STR_INIT(""), STR_INIT("original.bin")},
        {STR_INIT(FTYP "\0\0\0\x0dmdat1234"), STR_INIT("video.mp4")},
        {STR_INIT("\0\0\0\x0cmdat1234"), STR_INIT("video.mp4")},
        {STR_INIT("x"), STR_INIT("video.mp4")},
        {STR_INIT("\xff\xd8 picture \xff"), STR_INIT("cover.jpg")},
        {STR_INIT("\xff"), STR_INIT("cover.jpg")},
        {STR_INIT("RIFF\x05\0\0\0WEBP"), STR_INIT("cover.webp")},
        {STR_INIT("RIFF"), STR_INIT("cover.webp")},
        {STR_INIT("#EXTM3U\nvideo"), STR_INIT("master.m3u8")},
        {STR_INIT("video.mp4\n"), STR_INIT("master.m3u8")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_non_null(fault_of(cases[i].bytes, cases[i].name));
}

static void a_playlist_names_files_in_lines_and_in_tags(void **state)
{
    struct str rest =
        STR("#EXTM3U\r\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"7@0\"\n\n"
            "#EXTINF:1,\none.mp4\r\n#URI=\"\"\n../secret\nhttp://x/y\n two.mp4 \nlast");

    (void)state;
    assert_str(stored_file_next(&rest), STR("init.mp4"));
    assert_str(stored_file_next(&rest), STR("one.mp4"));
    assert_str(stored_file_next(&rest), STR("two.mp4"));
    assert_str(stored_file_next(&rest), STR("last"));
    assert_int_equal(stored_file_next(&rest).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whole_files_have_no_fault),
        TEST(what_breaks_off_or_is_something_else_has_one),
        TEST(a_playlist_names_files_in_lines_and_in_tags),
    };

    return cmocka_run_group_tests_name("stored_file", tests, NULL, NULL);
}
