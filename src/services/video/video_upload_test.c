/* Tests of uploads that come in pieces: what counts, what is over, and what becomes a video once.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "limits.h"
#include "world.h"

enum { LENGTH = 1000, HOUR_MS = 3600 * 1000 };

static struct err *begin(struct world *w, struct video_api *videos, int64_t author, int64_t id,
                         int64_t length)
{
    struct video_upload u = {.author_id = author,
                             .id = id,
                             .length = length,
                             .metadata = STR("filename eA=="),
                             .expires_at = clock_wall_ms() + HOUR_MS};
    struct video_begin_upload_req req = {.upload = &u};
    struct video_begin_upload_resp done;

    return video_begin_upload(videos, &w->ctx, &req, &done);
}

static void begun(struct world *w, int64_t author, int64_t id)
{
    assert_ok(&w->ctx, begin(w, w->api.video, author, id, LENGTH));
}

static struct err *add(struct world *w, int64_t author, int64_t id, int64_t start, int64_t bytes)
{
    struct video_upload_part part = {start, bytes, STR("00000000000000aa")};
    struct video_add_part_req req = {author, id, &part};
    struct video_add_part_resp done;

    return video_add_part(w->api.video, &w->ctx, &req, &done);
}

static struct err *get(struct world *w, int64_t author, int64_t id, struct video_upload *out)
{
    struct video_get_upload_req req = {.author_id = author, .id = id, .with_parts = true};
    struct video_get_upload_resp found = {0};

    TRY(video_get_upload(w->api.video, &w->ctx, &req, &found));
    *out = *found.upload;
    return NULL;
}

static struct video_upload got(struct world *w, int64_t author, int64_t id)
{
    struct video_upload u = {0};

    assert_ok(&w->ctx, get(w, author, id, &u));
    return u;
}

static struct err *publish(struct world *w, int64_t author, int64_t id,
                           struct video_publish_resp *out)
{
    struct video_media media = world_upload;
    struct video_publish_req req = {
        .author_id = author, .title = STR("x"), .media = &media, .bytes = LENGTH, .upload_id = id};

    return video_publish(w->api.video, &w->ctx, &req, out);
}

/* One that did not come in pieces. */
static struct err *publish_whole(struct world *w, struct video_api *videos, int64_t author)
{
    struct video_media media = world_upload;
    struct video_publish_req req = {
        .author_id = author, .title = STR("x"), .media = &media, .bytes = 1};
    struct video_publish_resp done;

    return video_publish(videos, &w->ctx, &req, &done);
}

static struct video_sweep_resp sweep(struct world *w, const char *asset)
{
    struct video_sweep_req req = {.asset = str_of(asset)};
    struct video_sweep_resp wanted = {0};

    assert_ok(&w->ctx, video_sweep(w->api.video, &w->ctx, &req, &wanted));
    return wanted;
}

static void pieces_follow_each_other(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    begun(w, ann, 7);
    assert_ok(&w->ctx, add(w, ann, 7, 0, 400));
    assert_reason(add(w, ann, 7, 0, 400), ERR_PRECONDITION, "wrong_offset");
    assert_reason(add(w, ann, 7, 401, 1), ERR_PRECONDITION, "wrong_offset");
    assert_ok(&w->ctx, add(w, ann, 7, 400, 600));
    struct video_upload u = got(w, ann, 7);

    assert_int_equal(u.received, LENGTH);
    assert_int_equal(u.parts.count, 2);
    assert_int_equal(u.parts.at[1].start, 400);
    assert_int_equal(u.parts.at[1].bytes, 600);
    assert_str(u.parts.at[1].name, STR("00000000000000aa"));
    assert_str(u.metadata, STR("filename eA=="));
}

static void no_piece_is_empty_or_goes_beyond_the_end(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    begun(w, ann, 7);
    assert_reason(add(w, ann, 7, 0, LENGTH + 1), ERR_INVALID, "too_large");
    assert_reason(add(w, ann, 7, 0, INT64_MAX), ERR_INVALID, "too_large");
    assert_err(add(w, ann, 7, 0, 0), ERR_INVALID);
    assert_err(add(w, ann, 7, 0, -1), ERR_INVALID);
    assert_int_equal(got(w, ann, 7).received, 0);
}

static void pieces_are_bounded(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    begun(w, ann, 7);
    assert_ok(&w->ctx, add(w, ann, 7, 0, 1));
    world_change(
        w, arena_printf(&w->arena, "UPDATE video_upload SET parts = %d", UPLOAD_PARTS_MAX - 1));
    assert_ok(&w->ctx, add(w, ann, 7, 1, 1));
    assert_reason(add(w, ann, 7, 2, 1), ERR_INVALID, "too_large");
}

static void it_is_its_authors_alone(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct video_end_upload_req end = {bob, 7};
    struct video_end_upload_resp ended;
    struct video_publish_resp done = {0};
    struct video_upload u;

    begun(w, ann, 7);
    assert_ok(&w->ctx, add(w, ann, 7, 0, LENGTH));
    assert_reason(get(w, bob, 7, &u), ERR_NOT_FOUND, "upload_not_found");
    assert_reason(add(w, bob, 7, LENGTH, 1), ERR_NOT_FOUND, "upload_not_found");
    assert_reason(publish(w, bob, 7, &done), ERR_NOT_FOUND, "upload_not_found");
    assert_reason(video_end_upload(w->api.video, &w->ctx, &end, &ended), ERR_NOT_FOUND,
                  "upload_not_found");
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_item"), 0);
}

static void it_becomes_one_video(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct video_publish_resp first = {0}, second = {0};

    begun(w, ann, 7);
    assert_reason(publish(w, ann, 7, &first), ERR_PRECONDITION, "upload_not_whole");
    assert_ok(&w->ctx, add(w, ann, 7, 0, LENGTH));
    assert_ok(&w->ctx, publish(w, ann, 7, &first));
    assert_ok(&w->ctx, publish(w, ann, 7, &second));
    assert_false(first.again);
    assert_true(second.again);
    assert_int_equal(second.id, first.id);
    assert_int_equal(got(w, ann, 7).video_id, first.id);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_item"), 1);
    assert_int_equal(world_number(w, "SELECT videos FROM video_usage"), 1);
    assert_reason(add(w, ann, 7, LENGTH, 1), ERR_PRECONDITION, "wrong_offset");
}

static void its_pieces_are_wanted_until_it_is_published_or_over(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct video_publish_resp done = {0};

    begun(w, ann, 7);
    begun(w, ann, 8);
    assert_ok(&w->ctx, add(w, ann, 7, 0, LENGTH));
    assert_true(sweep(w, "0000000000000007").has_parts);
    assert_ok(&w->ctx, publish(w, ann, 7, &done));
    assert_false(sweep(w, "0000000000000007").has_parts);
    assert_int_equal(got(w, ann, 7).video_id, done.id);
    world_change(w, "UPDATE video_upload SET expires_at = 1");
    assert_false(sweep(w, "0000000000000007").has_parts);
    assert_false(sweep(w, "0000000000000008").has_parts);
    assert_false(sweep(w, "0000000000000009").has_parts);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_upload"), 0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_upload_part"), 0);
    assert_true(sweep(w, "0123456789abcdef").has_video);
}

static void a_job_comes_back_while_it_is_open_and_at_once_when_it_ends(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), now = clock_wall_ms();
    struct video_end_upload_req end = {ann, 7};
    struct video_end_upload_resp ended;

    begun(w, ann, 7);
    assert_int_equal(world_number(w, "SELECT job_key FROM bus_job WHERE topic = 'sweep'"), 7);
    int64_t due = world_number(w, "SELECT run_at FROM bus_job WHERE topic = 'sweep'");

    assert_true(due > now && due <= clock_wall_ms() + BUS_LATER_MAX_MS);
    world_change(w, "DELETE FROM bus_job");
    (void)sweep(w, "0000000000000007");
    assert_int_equal(world_number(w, "SELECT count(*) FROM bus_job WHERE topic = 'sweep'"), 1);
    assert_ok(&w->ctx, video_end_upload(w->api.video, &w->ctx, &end, &ended));
    assert_true(world_number(w, "SELECT run_at FROM bus_job WHERE topic = 'sweep'") <=
                clock_wall_ms());
}

static void what_is_open_counts_against_the_quota(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct changes *changes = changes_create();
    struct video_api *videos =
        video_create(w->db, changes, w->bus, &(struct video_quota){2LL * LENGTH, 0, 0});

    assert_ok(&w->ctx, begin(w, videos, ann, 1, LENGTH));
    assert_ok(&w->ctx, begin(w, videos, ann, 2, LENGTH));
    assert_reason(begin(w, videos, ann, 3, 1), ERR_PRECONDITION, "quota_used_up");
    assert_reason(publish_whole(w, videos, ann), ERR_PRECONDITION, "quota_used_up");
    assert_ok(&w->ctx, begin(w, videos, bob, 4, 2LL * LENGTH));
    assert_err(begin(w, videos, bob, 5, INT64_MAX), ERR_INVALID);
    video_destroy(videos);
    changes_destroy(changes);
}

static void open_uploads_are_bounded(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    for (int i = 1; i <= UPLOADS_OPEN_MAX; i++)
        begun(w, ann, i);
    assert_reason(begin(w, w->api.video, ann, UPLOADS_OPEN_MAX + 1, 1), ERR_PRECONDITION,
                  "quota_used_up");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(pieces_follow_each_other),
        WORLD_TEST(no_piece_is_empty_or_goes_beyond_the_end),
        WORLD_TEST(pieces_are_bounded),
        WORLD_TEST(it_is_its_authors_alone),
        WORLD_TEST(it_becomes_one_video),
        WORLD_TEST(its_pieces_are_wanted_until_it_is_published_or_over),
        WORLD_TEST(a_job_comes_back_while_it_is_open_and_at_once_when_it_ends),
        WORLD_TEST(what_is_open_counts_against_the_quota),
        WORLD_TEST(open_uploads_are_bounded),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
