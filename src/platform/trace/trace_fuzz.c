/* Fuzzer of traceparent: what is accepted comes back out as it went in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "trace.h"

enum { FLAGS_AT = 53, IDS_AT = 2 };

/* All but the version, and of the flags all but "sampled". */
static void same_ids(struct str in, struct str out)
{
    FUZZ_CHECK(out.len == TRACE_PARENT_LEN && in.len >= TRACE_PARENT_LEN);
    FUZZ_CHECK(memcmp(in.ptr + IDS_AT, out.ptr + IDS_AT, FLAGS_AT - IDS_AT) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct str header = {(const char *)data, size};
    struct trace_id id = {0}, again = {0};

    if (trace_parse(header, &id)) {
        struct str out = trace_format(&c, id);

        same_ids(header, out);
        FUZZ_CHECK(trace_parse(out, &again) && again.sampled == id.sampled);
    } else {
        FUZZ_CHECK(!trace_is_set(id));
    }
    arena_fini(&arena);
    return 0;
}
