/* Fuzz target: what a store answers. Elements lie within the text, in order, and never overlap. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "s3_xml.h"

static const struct str tags[] = {STR_INIT("Key"), STR_INIT("UploadId"), STR_INIT("Code"),
                                  STR_INIT("Upload"), STR_INIT("Contents")};

static void check_unescaped(struct str inside)
{
    struct arena arena = {0};
    struct str plain = s3_xml_unescape(&arena, inside);

    FUZZ_CHECK(plain.len <= inside.len);
    if (!inside.len || !memchr(inside.ptr, '&', inside.len))
        FUZZ_CHECK(str_eq(plain, inside));
    arena_fini(&arena);
}

static void check_tag(struct str text, struct str tag)
{
    const char *behind = text.ptr;
    struct str inside;

    for (struct str rest = text; (inside = s3_xml_next(&rest, tag)).ptr;) {
        FUZZ_CHECK(inside.ptr >= behind + tag.len + 2);
        FUZZ_CHECK(rest.ptr == inside.ptr + inside.len + tag.len + 3);
        FUZZ_CHECK(rest.ptr + rest.len == text.ptr + text.len);
        behind = rest.ptr;
        check_unescaped(inside);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};

    for (size_t i = 0; i < COUNT(tags); i++)
        check_tag(text, tags[i]);
    return 0;
}
