/* Fuzz target: JSON bodies. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "http_server.h"
#include "json_body.h"
#include "json_reader.h"
#include "utf8.h"

/* An object or an array stands in the text as it is, and is JSON by itself; a string may look so.
 */
static void check_raw(struct arena *a, struct str text, struct str raw)
{
    if (!raw.len || raw.ptr <= text.ptr || raw.ptr >= text.ptr + text.len || raw.ptr[-1] == '"')
        return;
    struct json_reader r = {.arena = a, .pos = raw.ptr, .end = raw.ptr + raw.len};

    json_reader_skip(&r);
    FUZZ_CHECK(json_reader_done(&r));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct http_params params = {0};
    struct str text = {(const char *)data, size};
    struct err *e = json_body_parse(&c, text, HTTP_PARAMS_MAX, &params);

    FUZZ_CHECK(params.count <= HTTP_PARAMS_MAX);
    for (size_t i = 0; !e && i < params.count; i++) {
        struct str value = params.at[i].value;

        FUZZ_CHECK(params.at[i].name.len + value.len <= size);
        FUZZ_CHECK(utf8_valid(params.at[i].name) && utf8_valid(value));
        check_raw(&arena, text, value);
    }
    arena_fini(&arena);
    return 0;
}
