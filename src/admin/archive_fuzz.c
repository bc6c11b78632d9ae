/* Fuzzer of what a backup says of itself, and of the playlists that the doctor reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "archive_note.h"
#include "stored_file.h"

static bool stays_inside(struct str name)
{
    return name.ptr[0] != '/' && name.ptr[0] != '.' && !memmem(name.ptr, name.len, "/.", 2) &&
           !memmem(name.ptr, name.len, "//", 2) && !memchr(name.ptr, 0, name.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct str text = {(const char *)data, size}, rest = text;
    struct archive_note_first first = {0};
    struct archive_note_last last = {0};

    FUZZ_CHECK(archive_note_read_first(&c, text, &first) || first.users >= 0);
    FUZZ_CHECK(archive_note_read_last(&c, text, &last) || last.files >= 0);
    FUZZ_CHECK(!archive_note_allows(text) || stays_inside(text));
    for (struct str name; (name = stored_file_next(&rest)).len;)
        FUZZ_CHECK(!memchr(name.ptr, '/', name.len));
    arena_fini(&arena);
    return 0;
}
