/* Tests of facts that follow from facts: what goes with a video, and what comes after its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "apart.h"
#include "eventually.h"
#include "scratch_server.h"

enum { HEAP = 500, HEAPS = 5, PIECE = 1000 };

static struct err *bring_to(struct apart *f, enum apart_service to, const char *source,
                            struct changes_fact fact)
{
    struct changes_apply_req req = {
        .source = str_of(source), .read_at = clock_wall_ms(), .facts = {&fact, 1}};
    struct changes_apply_resp resp = {0};

    return changes_apply(f->inbox[to], &f->ctx, &req, &resp);
}

static int64_t comments(struct apart *f)
{
    return apart_number(f, APART_COMMENT, "SELECT count(*) FROM comment_item");
}

static struct changes_fact end_of(struct apart *f, int64_t id, int64_t video)
{
    struct video_item gone = {.id = video};

    return (struct changes_fact){.id = id,
                                 .type = STR("VideoItem"),
                                 .op = CHANGE_DELETE,
                                 .row = codec_encode(&f->ctx, &video_item_type, &gone)};
}

/* Directly, so that nobody hears of them. */
static void heap_comments(struct apart *f, int64_t user, int64_t video, int from)
{
    apart_change(
        f, APART_COMMENT,
        arena_printf(&f->arena,
                     "INSERT INTO comment_item (video_id, created_at, id, user_id, text)"
                     " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                     " WHERE i < %d) SELECT %lld, %d + i, 100000 + %d + i, %lld, 'x' FROM n",
                     (int)HEAP, (long long)video, from, from, (long long)user));
}

static void comments_of_a_removed_video_go_piece_by_piece(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann), other = apart_video(f, ann);

    (void)apart_comment(f, ann, other);
    for (int i = 0; i < HEAPS; i++)
        heap_comments(f, ann, video, i * HEAP);
    apart_set_way(f, APART_COMMENT, APART_DOWN);
    apart_remove_video(f, video);
    assert_ok(&f->ctx, bring_to(f, APART_COMMENT, "video", end_of(f, 4711, video)));
    assert_int_equal(comments(f), HEAPS * HEAP + 1 - PIECE);
    apart_set_way(f, APART_COMMENT, APART_OPEN);
    eventually(comments(f) == 1);
    eventually(apart_is_quiet(f));
    assert_int_equal(apart_recount(f), 0);
}

/* Its author asked whether the video is there, and was slow to write. */
static void a_comment_that_comes_after_the_end_of_its_video_goes(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), video = apart_video(f, ann);
    struct comment_item late = {.id = 9, .video_id = video, .user_id = ann, .text = STR("nice")};

    apart_remove_video(f, video);
    eventually(apart_is_quiet(f));
    apart_change(f, APART_COMMENT,
                 arena_printf(&f->arena,
                              "INSERT INTO comment_item (video_id, created_at, id, user_id, text)"
                              " VALUES (%lld, 1, 9, %lld, 'nice')",
                              (long long)video, (long long)ann));
    struct changes_fact fact = {.id = 4711,
                                .type = STR("CommentItem"),
                                .row = codec_encode(&f->ctx, &comment_item_type, &late)};

    assert_ok(&f->ctx, bring_to(f, APART_VIDEO, "comment", fact));
    eventually(comments(f) == 0);
}

static void likes_and_comments_that_come_after_the_end_of_a_video_count_nowhere(void **state)
{
    struct apart *f = *state;
    int64_t ann = apart_user(f, "ann"), bob = apart_user(f, "bob"), video = apart_video(f, ann);

    apart_like(f, ann, video, true);
    apart_set_way(f, APART_VIDEO, APART_DOWN);
    apart_like(f, bob, video, true);
    (void)apart_comment(f, bob, video);
    assert_int_equal(apart_favorited(f, ann), 2);
    apart_remove_video(f, video);
    assert_int_equal(apart_favorited(f, ann), 1); /* the one that the video never heard of */
    apart_set_way(f, APART_VIDEO, APART_OPEN);
    eventually(apart_favorited(f, ann) == 0);
    eventually(apart_number(f, APART_COMMENT, "SELECT count(*) FROM comment_item") == 0);
    eventually(apart_is_quiet(f));
    assert_int_equal(apart_recount(f), 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        APART_TEST(comments_of_a_removed_video_go_piece_by_piece),
        APART_TEST(a_comment_that_comes_after_the_end_of_its_video_goes),
        APART_TEST(likes_and_comments_that_come_after_the_end_of_a_video_count_nowhere),
    };

    return scratch_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
