/* Fuzz target: what decodes is written and read again unchanged. The first byte picks the type. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "kit_api.h"

static const struct codec_type *const types[] = {&kit_all_type, &kit_branch_type, &kit_leaf_type};

/* The canonical form of the bytes; the message they hold must decode. */
static struct str rewrite(struct ctx *c, const struct codec_type *type, struct str bytes)
{
    void *msg = codec_new(c->arena, type);

    FUZZ_CHECK(codec_decode(c, type, bytes, msg) == NULL);
    return codec_encode(c, type, msg);
}

static void check(struct ctx *c, const struct codec_type *type, struct str bytes)
{
    void *msg = codec_new(c->arena, type);

    if (codec_decode(c, type, bytes, msg))
        return;
    struct str once = codec_encode(c, type, msg);

    FUZZ_CHECK(str_eq(rewrite(c, type, once), once));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    if (size > 0)
        check(&c, types[data[0] % COUNT(types)], (struct str){(const char *)data + 1, size - 1});
    arena_fini(&arena);
    return 0;
}
