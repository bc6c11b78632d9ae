/* Tests of the codec: what is written, what is read, what is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "kit_api.h"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct str encode(const struct kit_all *msg)
{
    return codec_encode(&ctx, &kit_all_type, msg);
}

static void decode(struct str bytes, struct kit_all *msg)
{
    *msg = (struct kit_all){0};
    assert_ok(&ctx, codec_decode(&ctx, &kit_all_type, bytes, msg));
}

static void an_empty_message_is_no_bytes(void **state)
{
    struct kit_all msg = {.i64 = 7};

    (void)state;
    assert_str(encode(&(struct kit_all){0}), STR(""));
    assert_ok(&ctx, codec_decode(&ctx, &kit_all_type, (struct str){0}, &msg));
    assert_int_equal(msg.i64, 7); /* nothing was said about it */
}

static void every_scalar_comes_back(void **state)
{
    struct kit_all got, msg = {.b = true,
                               .i32 = INT32_MIN,
                               .i64 = INT64_MIN,
                               .u32 = UINT32_MAX,
                               .u64 = UINT64_MAX,
                               .color = KIT_NEGATIVE,
                               .register_ = INT64_MAX};

    (void)state;
    decode(encode(&msg), &got);
    assert_true(got.b);
    assert_int_equal(got.i32, INT32_MIN);
    assert_int_equal(got.i64, INT64_MIN);
    assert_int_equal(got.u32, UINT32_MAX);
    assert_int_equal(got.u64, UINT64_MAX);
    assert_int_equal(got.color, KIT_NEGATIVE);
    assert_int_equal(got.register_, INT64_MAX);
}

/* The bytes are those of the protobuf documentation's example and of its rule for negatives. */
static void numbers_are_written_as_proto3_says(void **state)
{
    static const struct {
        struct kit_all msg;
        struct str bytes;
    } cases[] = {
        {{.i32 = 150}, STR_INIT("\x10\x96\x01")},
        {{.i32 = -1}, STR_INIT("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
        {{.u32 = UINT32_MAX}, STR_INIT("\x20\xff\xff\xff\xff\x0f")},
        {{.b = true}, STR_INIT("\x08\x01")},
        {{.s = STR_INIT("testing")},
         STR_INIT("\x6atesting"
                  "")},
    };

    (void)state;
    for (size_t i = 0; i + 1 < COUNT(cases); i++)
        assert_str(encode(&cases[i].msg), cases[i].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_message_is_no_bytes),
        TEST(every_scalar_comes_back),
        TEST(numbers_are_written_as_proto3_says),
    };

    return cmocka_run_group_tests_name("codec", tests, NULL, teardown);
}
