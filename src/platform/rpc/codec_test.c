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

/* From memory of exactly that size, so that a sanitizer sees one byte too many. */
static struct err *try_decode(struct str bytes, struct kit_all *msg)
{
    char *exact = memcpy(arena_bytes(&arena, bytes.len), bytes.ptr, bytes.len);

    *msg = (struct kit_all){0};
    return codec_decode(&ctx, &kit_all_type, (struct str){exact, bytes.len}, msg);
}

static struct kit_all decode(struct str bytes)
{
    struct kit_all msg;

    assert_ok(&ctx, try_decode(bytes, &msg));
    return msg;
}

static struct kit_all round_trip(struct kit_all msg)
{
    return decode(encode(&msg));
}

static void refuse(struct str bytes, const char *why)
{
    struct kit_all msg;
    struct err *e = try_decode(bytes, &msg);

    assert_err(e, ERR_INVALID);
    assert_string_equal(err_text(&ctx, e), arena_printf(&arena, "decode KitAll: field %s", why));
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
    struct kit_all got = round_trip((struct kit_all){.b = true,
                                                     .i32 = INT32_MIN,
                                                     .i64 = INT64_MIN,
                                                     .u32 = UINT32_MAX,
                                                     .u64 = UINT64_MAX,
                                                     .color = KIT_NEGATIVE,
                                                     .register_ = INT64_MAX});

    (void)state;
    assert_true(got.b);
    assert_int_equal(got.i32, INT32_MIN);
    assert_int_equal(got.i64, INT64_MIN);
    assert_int_equal(got.u32, UINT32_MAX);
    assert_int_equal(got.u64, UINT64_MAX);
    assert_int_equal(got.color, KIT_NEGATIVE);
    assert_int_equal(got.register_, INT64_MAX);
}

/* Bytes worked out by hand from protobuf's description of its encoding. */
static void fields_are_written_as_proto3_says(void **state)
{
    struct kit_leaf leaf = {.id = 3};
    struct kit_branch branch = {.leaf = &leaf, .n = 1};
    const struct {
        struct kit_all msg;
        struct str bytes;
    } cases[] = {
        {{.b = true}, STR("\x08\x01")},
        {{.i32 = 150}, STR("\x10\x96\x01")},
        {{.i32 = -1}, STR("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
        {{.u32 = UINT32_MAX}, STR("\x20\xff\xff\xff\xff\x0f")},
        {{.s = STR("hi")}, STR("\x6a\x02hi")},
        {{.color = KIT_BLUE}, STR("\x78\x05")},
        {{.i64s = {(int64_t[]){3, 270}, 2}}, STR("\xba\x01\x03\x03\x8e\x02")},
        {{.ss = {(struct str[]){STR(""), STR("a")}, 2}}, STR("\x8a\x02\x00\x8a\x02\x01\x61")},
        {{.branch = &branch}, STR("\x82\x01\x08\x1a\x02\x08\x03\x80\x97\x22\x01")},
        {{.b = true, .register_ = 1}, STR("\x08\x01\xb0\x02\x01")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(encode(&cases[i].msg), cases[i].bytes);
}

static void text_keeps_nul_and_every_character(void **state)
{
    struct str text = STR("a\0\xc3\xa9\xe7\x9f\xad\xf0\x9f\x98\x80"), bytes = STR("\xff\0\xfe");
    struct kit_all got = round_trip((struct kit_all){.s = text, .y = bytes});

    (void)state;
    assert_str(got.s, text);
    assert_str(got.y, bytes);
}

static void lists_of_numbers_come_back(void **state)
{
    static const int32_t colors[] = {KIT_BLUE, KIT_RED, 77};
    struct kit_all got =
        round_trip((struct kit_all){.bs = {(bool[]){true, false, true, true, false}, 5},
                                    .i32s = {(int32_t[]){-1, 0, INT32_MAX}, 3},
                                    .i64s = {(int64_t[]){INT64_MIN, 0, 1, 2, INT64_MAX}, 5},
                                    .u32s = {(uint32_t[]){UINT32_MAX}, 1},
                                    .u64s = {(uint64_t[]){UINT64_MAX, 0}, 2},
                                    .colors = {(int32_t[]){KIT_BLUE, KIT_RED, 77}, 3}});

    (void)state;
    assert_int_equal(got.bs.count, 5);
    assert_memory_equal(got.bs.at, ((bool[]){true, false, true, true, false}), 5);
    assert_int_equal(got.i32s.count, 3);
    assert_int_equal(got.i32s.at[0], -1);
    assert_int_equal(got.i32s.at[2], INT32_MAX);
    assert_int_equal(got.i64s.count, 5);
    assert_int_equal(got.i64s.at[0], INT64_MIN);
    assert_int_equal(got.i64s.at[4], INT64_MAX);
    assert_int_equal(got.u32s.count, 1);
    assert_int_equal(got.u32s.at[0], UINT32_MAX);
    assert_int_equal(got.u64s.count, 2);
    assert_int_equal(got.u64s.at[0], UINT64_MAX);
    assert_int_equal(got.colors.count, 3);
    assert_memory_equal(got.colors.at, colors, sizeof(colors));
}

static void lists_of_texts_keep_empty_ones(void **state)
{
    struct kit_all got =
        round_trip((struct kit_all){.ss = {(struct str[]){STR("a"), STR(""), STR("\xc3\xa9")}, 3},
                                    .ys = {(struct str[]){STR(""), STR("\xff")}, 2}});

    (void)state;
    assert_int_equal(got.ss.count, 3);
    assert_str(got.ss.at[0], STR("a"));
    assert_str(got.ss.at[1], STR(""));
    assert_str(got.ss.at[2], STR("\xc3\xa9"));
    assert_int_equal(got.ys.count, 2);
    assert_str(got.ys.at[0], STR(""));
    assert_str(got.ys.at[1], STR("\xff"));
}

static void messages_nest(void **state)
{
    struct kit_leaf leaf = {.id = 9, .text = STR("leaf")};
    struct kit_branch branch = {.leaf = &leaf, .leaves = {&leaf, 1}, .n = -5};
    struct kit_empty empty = {0};
    struct kit_all got =
        round_trip((struct kit_all){.branch = &branch,
                                    .empty = &empty,
                                    .maybe_leaf = &leaf,
                                    .branches = {(struct kit_branch[]){{0}, branch}, 2}});

    (void)state;
    assert_int_equal(got.branch->n, -5);
    assert_int_equal(got.branch->leaf->id, 9);
    assert_int_equal(got.branch->leaves.count, 1);
    assert_str(got.branch->leaves.at[0].text, STR("leaf"));
    assert_non_null(got.empty);
    assert_int_equal(got.maybe_leaf->id, 9);
    assert_int_equal(got.branches.count, 2);
    assert_null(got.branches.at[0].leaf);
    assert_str(got.branches.at[1].leaf->text, STR("leaf"));
}

static void absent_messages_stay_absent(void **state)
{
    struct kit_all got = round_trip((struct kit_all){.b = true});

    (void)state;
    assert_null(got.branch);
    assert_null(got.empty);
    assert_null(got.maybe_leaf);
    assert_null(got.branches.at);
}

static void an_optional_zero_is_not_an_absent_one(void **state)
{
    struct kit_all set = round_trip((struct kit_all){.has_maybe = true, .has_maybe_s = true});
    struct kit_all unset = round_trip((struct kit_all){.maybe = 7, .maybe_s = STR("x")});

    (void)state;
    assert_true(set.has_maybe);
    assert_true(set.has_maybe_s);
    assert_int_equal(set.maybe, 0);
    assert_false(unset.has_maybe);
    assert_int_equal(unset.maybe, 0);
    assert_int_equal(unset.maybe_s.len, 0);
}

static void a_list_may_come_packed_or_not_or_both(void **state)
{
    struct kit_all packed = decode(STR("\xaa\x02\x02\x07\x08"));
    struct kit_all mixed = decode(STR("\xb8\x01\x01\xba\x01\x02\x02\x03\xb8\x01\x04\xba\x01\x00"));

    (void)state;
    assert_int_equal(packed.loose.count, 2);
    assert_int_equal(packed.loose.at[1], 8);
    assert_int_equal(mixed.i64s.count, 4);
    for (int64_t i = 0; i < 4; i++)
        assert_int_equal(mixed.i64s.at[i], i + 1);
}

static void the_last_scalar_wins_and_messages_merge(void **state)
{
    struct kit_all got = decode(STR("\x18\x01\x18\x02"
                                    "\x82\x01\x04\x1a\x02\x08\x03"
                                    "\x82\x01\x05\x1a\x03\x12\x01t"));

    (void)state;
    assert_int_equal(got.i64, 2);
    assert_int_equal(got.branch->leaf->id, 3);
    assert_str(got.branch->leaf->text, STR("t"));
}

static void a_member_of_a_oneof_comes_back_even_when_zero(void **state)
{
    struct kit_all number = round_trip((struct kit_all){.has_pick_number = true});
    struct kit_all text =
        round_trip((struct kit_all){.pick_text = STR("t"), .has_pick_text = true});
    struct kit_all leaf = round_trip((struct kit_all){.pick_leaf = &(struct kit_leaf){0}});

    (void)state;
    assert_true(number.has_pick_number && !number.has_pick_text && !number.pick_leaf);
    assert_true(text.has_pick_text && !text.has_pick_number && !text.has_pick_flag);
    assert_str(text.pick_text, STR("t"));
    assert_true(leaf.pick_leaf && !leaf.has_pick_number && !leaf.has_pick_text);
}

static void the_last_member_of_a_oneof_ends_the_others(void **state)
{
    struct kit_all flag = decode(STR("\xb8\x02\x07"         /* the number */
                                     "\xc2\x02\x01t"        /* the text */
                                     "\xca\x02\x02\x08\x03" /* the leaf */
                                     "\xd0\x02\x00"));
    struct kit_all leaf = decode(STR("\xca\x02\x02\x08\x03\xc2\x02\x01t"
                                     "\xca\x02\x02\x08\x04\xca\x02\x03\x12\x01u"));

    (void)state;
    assert_true(flag.has_pick_flag && !flag.pick_flag);
    assert_true(!flag.has_pick_number && !flag.has_pick_text && !flag.pick_leaf);
    assert_int_equal(flag.pick_number, 0);
    assert_int_equal(flag.pick_text.len, 0);
    assert_true(!leaf.has_pick_text);
    assert_int_equal(leaf.pick_leaf->id, 4);
    assert_str(leaf.pick_leaf->text, STR("u"));
}

static void oneofs_do_not_end_each_other(void **state)
{
    struct kit_all got = round_trip((struct kit_all){
        .i64 = 1, .has_pick_flag = true, .other_color = KIT_BLUE, .has_other_color = true});

    (void)state;
    assert_int_equal(got.i64, 1);
    assert_true(got.has_pick_flag);
    assert_true(got.has_other_color);
    assert_int_equal(got.other_color, KIT_BLUE);
}

static void numbers_are_cut_to_their_type(void **state)
{
    struct kit_all got = decode(STR("\x08\x80\x80\x01"
                                    "\x10\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
                                    "\x20\x81\x80\x80\x80\x10"));

    (void)state;
    assert_true(got.b);
    assert_int_equal(got.i32, -1);
    assert_int_equal(got.u32, 1);
}

static void unknown_fields_are_skipped(void **state)
{
    struct kit_all got = decode(STR("\xa0\x06\x96\x01"                 /* 100: varint */
                                    "\xa1\x06\1\2\3\4\5\6\7\10"        /* 100: eight bytes */
                                    "\xa2\x06\x03\x08\x01\xff"         /* 100: bytes */
                                    "\xa5\x06\1\2\3\4"                 /* 100: four bytes */
                                    "\x1a\x01\x09"                     /* 3, but as bytes */
                                    "\x68\x05"                         /* 13, but as a varint */
                                    "\xf8\xff\xff\xff\x0f\x01\x18\x07" /* the last number; 3 */
                                    ));

    (void)state;
    assert_int_equal(got.i64, 7);
    assert_int_equal(got.s.len, 0);
}

static void damaged_fields_are_refused_by_name(void **state)
{
    static const struct {
        struct str bytes;
        const char *why;
    } cases[] = {
        {STR_INIT("\x18"), "i64: bad varint"},
        {STR_INIT("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "i64: bad varint"},
        {STR_INIT("\x6a\x05hi"), "s: truncated"},
        {STR_INIT("\x6a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01hi"), "s: truncated"},
        {STR_INIT("\x72\x01"), "y: truncated"},
        {STR_INIT("\xba\x01\x02\x01\xff"), "i64s: bad varint"},
        {STR_INIT("\xba\x01\x02\x01"), "i64s: truncated"},
        {STR_INIT("\x82\x01\x04\x1a\x02\x12\x07"), "text: truncated"},
        {STR_INIT("\xff"), "?: bad tag"},
        {STR_INIT("\x00\x01"), "?: bad tag"},
        {STR_INIT("\x80\x80\x80\x80\x10\x01"), "?: bad tag"},
        {STR_INIT("\xa2\x06\x05hi"), "?: bad unknown field"},
        {STR_INIT("\xa5\x06\1\2\3"), "?: bad unknown field"},
        {STR_INIT("\xa3\x06\xa4\x06"), "?: bad unknown field"}, /* a group */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse(cases[i].bytes, cases[i].why);
}

static void every_cut_through_a_field_is_refused(void **state)
{
    struct kit_leaf leaf = {.id = 300, .text = STR("text")};
    struct kit_all got;
    struct str whole =
        encode(&(struct kit_all){.branches = {&(struct kit_branch){.leaf = &leaf}, 1}});

    (void)state;
    for (size_t len = 1; len < whole.len; len++)
        assert_err(try_decode((struct str){whole.ptr, len}, &got), ERR_INVALID);
    assert_ok(&ctx, try_decode(whole, &got));
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    struct kit_all bad = {.s = STR("\xc0\x80")};
    struct kit_all bad_list = {.ss = {(struct str[]){STR("ok"), STR("\xed\xa0\x80")}, 2}};

    (void)state;
    refuse(encode(&bad), "s: not UTF-8");
    refuse(encode(&bad_list), "ss: not UTF-8");
}

/* A message that apigen would refuse: it may contain itself. */
struct nest {
    struct nest *inner;
};
static const struct codec_type nest_type;
static const struct codec_field nest_fields[] = {{.name = "inner",
                                                  .number = 1,
                                                  .kind = CODEC_MESSAGE,
                                                  .offset = offsetof(struct nest, inner),
                                                  .type = &nest_type}};
static const struct codec_type nest_type = {
    .name = "Nest", .size = sizeof(struct nest), .fields = nest_fields, .count = 1};

static struct err *decode_nested(size_t depth)
{
    struct nest levels[CODEC_DEPTH_MAX + 2] = {0}, got = {0};

    for (size_t i = 0; i < depth; i++)
        levels[i].inner = &levels[i + 1];
    return codec_decode(&ctx, &nest_type, codec_encode(&ctx, &nest_type, levels), &got);
}

static void messages_nest_only_so_deep(void **state)
{
    (void)state;
    assert_ok(&ctx, decode_nested(CODEC_DEPTH_MAX));
    assert_err(decode_nested(CODEC_DEPTH_MAX + 1), ERR_INVALID);
}

/* Two bytes on the wire want a whole struct in memory. */
static void small_input_cannot_take_much_memory(void **state)
{
    enum { EMPTY_LEAVES = 1 << 20 };
    struct kit_branch branch = {
        .leaves = {arena_array(&arena, struct kit_leaf, EMPTY_LEAVES), EMPTY_LEAVES}};
    struct kit_branch few = {.leaves = {branch.leaves.at, EMPTY_LEAVES / 16}};

    (void)state;
    assert_true(sizeof(struct kit_leaf) * EMPTY_LEAVES > CODEC_MEMORY_MAX);
    refuse(encode(&(struct kit_all){.branch = &branch}), "leaves: too large");
    assert_int_equal(round_trip((struct kit_all){.branch = &few}).branch->leaves.count,
                     EMPTY_LEAVES / 16);
    arena_reset(&arena);
}

/* Each list is small; together they are not. */
static void many_small_lists_share_one_limit(void **state)
{
    enum { BRANCHES = 100000 };
    struct kit_branch *branches = arena_array(&arena, struct kit_branch, BRANCHES);
    struct kit_leaf empty = {0};

    (void)state;
    for (size_t i = 0; i < BRANCHES; i++)
        branches[i].leaves = (struct kit_leaf_list){&empty, 1};
    refuse(encode(&(struct kit_all){.branches = {branches, BRANCHES}}), "leaves: too large");
    assert_int_equal(
        round_trip((struct kit_all){.branches = {branches, BRANCHES / 4}}).branches.count,
        BRANCHES / 4);
    arena_reset(&arena);
}

static void long_messages_grow_their_buffer(void **state)
{
    enum { BYTES = 100000 };
    struct str big = {memset(arena_bytes(&arena, BYTES), 'x', BYTES), BYTES};
    struct kit_all got = round_trip((struct kit_all){.s = big, .y = big, .i64 = 5});

    (void)state;
    assert_str(got.s, big);
    assert_str(got.y, big);
    assert_int_equal(got.i64, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_message_is_no_bytes),
        TEST(every_scalar_comes_back),
        TEST(fields_are_written_as_proto3_says),
        TEST(text_keeps_nul_and_every_character),
        TEST(lists_of_numbers_come_back),
        TEST(lists_of_texts_keep_empty_ones),
        TEST(messages_nest),
        TEST(absent_messages_stay_absent),
        TEST(an_optional_zero_is_not_an_absent_one),
        TEST(a_list_may_come_packed_or_not_or_both),
        TEST(the_last_scalar_wins_and_messages_merge),
        TEST(a_member_of_a_oneof_comes_back_even_when_zero),
        TEST(the_last_member_of_a_oneof_ends_the_others),
        TEST(oneofs_do_not_end_each_other),
        TEST(numbers_are_cut_to_their_type),
        TEST(unknown_fields_are_skipped),
        TEST(damaged_fields_are_refused_by_name),
        TEST(every_cut_through_a_field_is_refused),
        TEST(text_that_is_not_utf8_is_refused),
        TEST(messages_nest_only_so_deep),
        TEST(small_input_cannot_take_much_memory),
        TEST(many_small_lists_share_one_limit),
        TEST(long_messages_grow_their_buffer),
    };

    return cmocka_run_group_tests_name("codec", tests, NULL, teardown);
}
