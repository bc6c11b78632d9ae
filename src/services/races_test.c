/* Tests of writes that meet: the outcome is that of one after the other, whoever is first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "crew.h"
#include "limits.h"
#include "world.h"

enum { CREW = 8, EACH = 6 };

/* What a crew works on. */
struct scene {
    struct world *w;
    int64_t people[CREW], video, comment;
    struct video_api *videos; /* with a quota */
    int good[CREW];           /* what each of them did with success */
    struct message_item sent[CREW][EACH];
};

static struct scene scene_in(void **state)
{
    struct scene s = {.w = *state};

    for (int i = 0; i < CREW; i++)
        s.people[i] = world_user(s.w, arena_printf(&s.w->arena, "person %d", i));
    s.video = world_video(s.w, s.people[0]);
    return s;
}

static int sum_good(const struct scene *s)
{
    int sum = 0;

    for (int i = 0; i < CREW; i++)
        sum += s->good[i];
    return sum;
}

/* The failure that somebody must expect: another was quicker. */
static struct err *or_late(struct scene *s, int number, struct err *e, enum err_code late)
{
    s->good[number] += !e;
    return e && e->code == late ? NULL : e;
}

/* ---- accounts ---- */

static struct err *take_the_name(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct user_sign_up_req req = {.name = STR("ann"), .password_hash = STR("hash")};
    struct user_sign_up_resp resp;

    return or_late(s, number, user_sign_up(s->w->api.user, c, &req, &resp), ERR_EXISTS);
}

static void of_those_who_want_a_name_one_gets_it(void **state)
{
    struct scene s = {.w = *state};

    assert_int_equal(crew_run(take_the_name, &s, CREW), 0);
    assert_int_equal(sum_good(&s), 1);
    assert_int_equal(world_number(s.w, "SELECT count(*) FROM user_account"), 1);
    assert_int_equal(world_number(s.w, "SELECT count(*) FROM user_count"), 1);
}

static struct err *change_password(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct user_set_password_req req = {.id = s->people[0], .password_hash = STR("new")};
    struct user_set_password_resp resp;

    TRY(user_set_password(s->w->api.user, c, &req, &resp));
    s->good[number] = (int)resp.session;
    return NULL;
}

static void every_change_of_a_password_ends_another_session(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(change_password, &s, CREW), 0);
    assert_int_equal(world_profile(s.w, s.people[0]).session, 1 + CREW);
    assert_int_equal(sum_good(&s), CREW * (CREW + 3) / 2); /* 2, 3 .. in some order */
}

static struct err *ban(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct user_set_ban_req req = {.id = s->people[0], .banned = true, .reason = STR("spam")};
    struct user_set_ban_resp resp;

    TRY(user_set_ban(s->w->api.user, c, &req, &resp));
    s->good[number] = resp.changed;
    return NULL;
}

static void a_ban_counts_once(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(ban, &s, CREW), 0);
    assert_int_equal(sum_good(&s), 1);
    assert_int_equal(world_profile(s.w, s.people[0]).session, 2);
}

/* ---- likes and follows ---- */

static struct err *set_mark(struct scene *s, struct ctx *c, int64_t user, bool liked)
{
    struct favorite_set_req req = {.user_id = user, .video_id = s->video, .liked = liked};
    struct favorite_set_resp resp;

    return favorite_set(s->w->api.favorite, c, &req, &resp);
}

static struct err *like_the_same(void *self, struct ctx *c, int number)
{
    struct scene *s = self;

    (void)number;
    return set_mark(s, c, s->people[1], true);
}

static void a_like_that_comes_several_times_at_once_counts_once(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(like_the_same, &s, CREW), 0);
    assert_int_equal(world_item(s.w, s.video).favorite_count, 1);
    assert_int_equal(world_profile(s.w, s.people[1]).favorite_count, 1);
    assert_int_equal(world_told(s.w, &favorite_mark_type, CHANGE_INSERT), 1);
}

static struct err *like_and_unlike(void *self, struct ctx *c, int number)
{
    struct scene *s = self;

    for (int i = 0; i < EACH; i++) {
        TRY(set_mark(s, c, s->people[number], true));
        TRY(set_mark(s, c, s->people[(number + 1) % CREW], i % 2 == 0));
    }
    return set_mark(s, c, s->people[number], true);
}

static void counts_are_what_the_rows_say(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(like_and_unlike, &s, CREW), 0);
    int64_t rows = world_number(s.w, "SELECT count(*) FROM favorite_mark");

    assert_int_equal(world_item(s.w, s.video).favorite_count, rows);
    assert_int_equal(world_profile(s.w, s.people[0]).total_favorited, rows);
    assert_int_equal(world_number(s.w, "SELECT sum(favorite_count) FROM user_count"), rows);
}

static struct err *follow_all(void *self, struct ctx *c, int number)
{
    struct scene *s = self;

    for (int i = 0; i < CREW; i++) {
        struct relation_set_req req = {s->people[number], s->people[i], true};
        struct relation_set_resp resp;

        if (i != number)
            TRY(relation_set(s->w->api.relation, c, &req, &resp));
    }
    return NULL;
}

static void all_can_follow_all_at_once(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(follow_all, &s, CREW), 0);
    for (int i = 0; i < CREW; i++) {
        assert_int_equal(world_profile(s.w, s.people[i]).follow_count, CREW - 1);
        assert_int_equal(world_profile(s.w, s.people[i]).follower_count, CREW - 1);
    }
}

/* ---- comments ---- */

static struct err *uncomment(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct comment_remove_req req = {
        .user_id = s->people[0], .video_id = s->video, .comment_id = s->comment};
    struct comment_remove_resp resp;

    return or_late(s, number, comment_remove(s->w->api.comment, c, &req, &resp), ERR_NOT_FOUND);
}

static struct err *comment(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct comment_add_req req = {
        .user_id = s->people[number], .video_id = s->video, .text = STR("hello")};
    struct comment_add_resp resp = {0};

    TRY(comment_add(s->w->api.comment, c, &req, &resp));
    s->good[number] = (int)resp.comment->id;
    return NULL;
}

static void a_comment_goes_once(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(comment, &s, CREW), 0);
    assert_int_equal(world_item(s.w, s.video).comment_count, CREW);
    s.comment = s.good[0];
    memset(s.good, 0, sizeof(s.good));
    assert_int_equal(crew_run(uncomment, &s, CREW), 0);
    assert_int_equal(sum_good(&s), 1);
    assert_int_equal(world_item(s.w, s.video).comment_count, CREW - 1);
}

/* ---- messages ---- */

static struct err *chat(void *self, struct ctx *c, int number)
{
    struct scene *s = self;

    for (int i = 0; i < EACH; i++) {
        struct message_send_req req = {.from_id = s->people[number % 2],
                                       .to_id = s->people[1 - number % 2],
                                       .content = STR("hello")};
        struct message_send_resp resp = {0};

        TRY(message_send(s->w->api.message, c, &req, &resp));
        s->sent[number][i] = *resp.message;
        if (i > 0 && s->sent[number][i].created_at <= s->sent[number][i - 1].created_at)
            return err_new(c, ERR_INTERNAL, "a time that does not rise");
    }
    return NULL;
}

static void times_rise_within_a_conversation_that_begins_on_both_sides(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(chat, &s, CREW), 0);
    assert_int_equal(world_number(s.w, "SELECT count(*) FROM message_line"), CREW * EACH);
    assert_int_equal(world_number(s.w, "SELECT count(*) FROM message_conversation"), 2);
    assert_int_equal(world_number(s.w, "SELECT count(DISTINCT last_id) FROM message_conversation"),
                     1);
    assert_int_equal(world_number(s.w, "SELECT max(created_at) FROM message_line"),
                     world_number(s.w, "SELECT min(last_at) FROM message_conversation"));
}

static struct err *poll_chat(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct message_list_req req = {.viewer_id = s->people[number % 2],
                                   .peer_id = s->people[1 - number % 2],
                                   .limit = LIST_MAX};
    struct message_list_resp resp = {0};

    return message_list(s->w->api.message, c, &req, &resp);
}

static struct err *chat_and_poll(void *self, struct ctx *c, int number)
{
    TRY(chat(self, c, number));
    return poll_chat(self, c, number);
}

static void what_was_delivered_stays_so(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(chat_and_poll, &s, CREW), 0);
    assert_int_equal(crew_run(poll_chat, &s, CREW), 0);
    assert_int_equal(world_number(s.w, "SELECT count(*) FROM message_conversation"
                                       " WHERE delivered_at <> received_at"),
                     0);
}

/* ---- videos ---- */

static struct err *publish_two(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct video_media media = world_upload;
    struct video_publish_req req = {
        .author_id = s->people[1], .title = STR("a clip"), .media = &media, .bytes = 10};
    struct video_publish_resp resp;

    for (int i = 0; i < 2; i++)
        TRY(or_late(s, number, video_publish(s->videos, c, &req, &resp), ERR_PRECONDITION));
    return NULL;
}

static void a_quota_is_kept_by_all_together(void **state)
{
    struct scene s = scene_in(state);
    struct changes *changes = changes_create();

    s.videos = video_create(s.w->db, changes, s.w->bus, &(struct video_quota){.videos = CREW});
    assert_int_equal(crew_run(publish_two, &s, CREW), 0);
    assert_int_equal(sum_good(&s), CREW);
    assert_int_equal(world_number(s.w, "SELECT videos FROM video_usage WHERE bytes > 0"), CREW);
    assert_int_equal(world_number(s.w, "SELECT count(DISTINCT created_at) FROM video_item"),
                     CREW + 1);
    video_destroy(s.videos);
    changes_destroy(changes);
}

static struct err *end_job(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct video_set_media_req req = {.id = s->video, .state = VIDEO_READY};
    struct video_set_media_resp resp;

    (void)number;
    return video_set_media(s->w->api.video, c, &req, &resp);
}

static void a_job_that_ends_moves_what_its_author_has_under_way_once(void **state)
{
    struct scene s = scene_in(state);

    (void)world_video(s.w, s.people[0]); /* another that waits */
    assert_int_equal(crew_run(end_job, &s, CREW), 0);
    assert_int_equal(world_number(s.w, "SELECT pending FROM video_usage"), 1);
}

static struct err *remove_video(void *self, struct ctx *c, int number)
{
    struct scene *s = self;
    struct video_remove_req req = {.id = s->video};
    struct video_remove_resp resp = {0};

    TRY(video_remove(s->w->api.video, c, &req, &resp));
    s->good[number] = resp.author_id != 0;
    return NULL;
}

static void a_video_goes_once(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(remove_video, &s, CREW), 0);
    assert_int_equal(sum_good(&s), 1);
    assert_int_equal(world_profile(s.w, s.people[0]).work_count, 0);
    assert_int_equal(world_number(s.w, "SELECT videos FROM video_usage"), 0);
    assert_int_equal(world_told(s.w, &video_item_type, CHANGE_DELETE), 1);
}

/* Some find it gone already. */
static struct err *like_or_remove(void *self, struct ctx *c, int number)
{
    struct scene *s = self;

    if (number == CREW - 1)
        return remove_video(self, c, number);
    for (int i = 0; i < EACH; i++) {
        struct err *e = set_mark(s, c, s->people[number], i % 2 == 0);

        if (e && e->code != ERR_NOT_FOUND)
            return e;
    }
    return NULL;
}

static void of_a_video_that_goes_no_like_is_left_in_the_counts(void **state)
{
    struct scene s = scene_in(state);

    assert_int_equal(crew_run(like_or_remove, &s, CREW), 0);
    assert_int_equal(world_profile(s.w, s.people[0]).total_favorited, 0);
    assert_int_equal(world_number(s.w, "SELECT sum(favorite_count) FROM user_count"),
                     world_number(s.w, "SELECT count(*) FROM favorite_mark"));
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(of_those_who_want_a_name_one_gets_it),
        WORLD_TEST(every_change_of_a_password_ends_another_session),
        WORLD_TEST(a_ban_counts_once),
        WORLD_TEST(a_like_that_comes_several_times_at_once_counts_once),
        WORLD_TEST(counts_are_what_the_rows_say),
        WORLD_TEST(all_can_follow_all_at_once),
        WORLD_TEST(a_comment_goes_once),
        WORLD_TEST(times_rise_within_a_conversation_that_begins_on_both_sides),
        WORLD_TEST(what_was_delivered_stays_so),
        WORLD_TEST(a_quota_is_kept_by_all_together),
        WORLD_TEST(a_job_that_ends_moves_what_its_author_has_under_way_once),
        WORLD_TEST(a_video_goes_once),
        WORLD_TEST(of_a_video_that_goes_no_like_is_left_in_the_counts),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
