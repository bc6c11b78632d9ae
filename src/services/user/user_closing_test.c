/* Tests of closed accounts: out of sight, back, and gone from every service. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "clock.h"
#include "limits.h"

static int64_t close_for(struct world *w, int64_t user, int64_t undo_ms)
{
    const struct user_close_req req = {user, undo_ms};
    struct user_close_resp done = {0};

    assert_ok(&w->ctx, user_close(w->api.user, &w->ctx, &req, &done));
    return done.closed_until;
}

static struct err *reopen(struct world *w, int64_t user)
{
    const struct user_reopen_req req = {user};
    struct user_reopen_resp done = {0};

    return user_reopen(w->api.user, &w->ctx, &req, &done);
}

static bool may_erase(struct world *w, int64_t user)
{
    const struct user_begin_erase_req req = {user};
    struct user_begin_erase_resp done = {0};

    assert_ok(&w->ctx, user_begin_erase(w->api.user, &w->ctx, &req, &done));
    return done.may;
}

static void erase(struct world *w, int64_t user)
{
    const struct user_erase_req req = {user};
    struct user_erase_resp done;

    assert_ok(&w->ctx, user_erase(w->api.user, &w->ctx, &req, &done));
}

static size_t found(struct world *w, int64_t user)
{
    const struct user_get_users_req req = {{&user, 1}};
    struct user_get_users_resp resp = {0};

    assert_ok(&w->ctx, user_get_users(w->api.user, &w->ctx, &req, &resp));
    return resp.users.count;
}

static struct user_get_credentials_resp credentials(struct world *w, int64_t user)
{
    const struct user_get_credentials_req req = {.id = user};
    struct user_get_credentials_resp resp = {0};

    assert_ok(&w->ctx, user_get_credentials(w->api.user, &w->ctx, &req, &resp));
    return resp;
}

static void a_closed_account_is_found_by_nobody_but_its_login(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), before = clock_wall_ms(), until = close_for(w, ann, 60000);

    assert_true(until >= before + 60000);
    assert_int_equal(found(w, ann), 0);
    assert_int_equal(credentials(w, ann).closed_until, until);
    assert_int_equal(credentials(w, ann).session, 2);
    assert_int_equal(close_for(w, ann, 5), until);
    assert_int_equal(credentials(w, ann).session, 2);
    assert_int_equal(world_told(w, &user_task_type, CHANGE_INSERT), 1);
}

static void it_is_opened_again_as_it_was(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    close_for(w, ann, 60000);
    assert_ok(&w->ctx, reopen(w, ann));
    assert_int_equal(found(w, ann), 1);
    assert_ok(&w->ctx, reopen(w, ann));
    assert_false(may_erase(w, ann));
    erase(w, ann);
    assert_int_equal(found(w, ann), 1);
}

static void what_may_be_removed_cannot_be_opened_again(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    close_for(w, ann, 60000);
    assert_false(may_erase(w, ann));
    assert_int_equal(world_told(w, &user_task_type, CHANGE_INSERT), 2); /* asked again by then */
    erase(w, ann);
    assert_int_equal(credentials(w, ann).id, ann);
    close_for(w, bob, 0);
    assert_true(may_erase(w, bob));
    assert_reason(reopen(w, bob), ERR_NOT_FOUND, "user_not_found");
    erase(w, bob);
    erase(w, bob);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_account"), 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_count"), 1);
    assert_int_equal(world_user(w, "bob"), bob + 1);
}

static void a_job_waits_for_it(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct bus_stats stats;

    close_for(w, ann, 0);
    assert_ok(&w->ctx, bus_stats(w->bus, &w->ctx, STR(VIDEO_ERASE_TOPIC), &stats));
    assert_int_equal(stats.waiting, 1);
}

static void nobody_counts_for_an_account_that_is_gone(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    world_follow(w, bob, ann, true);
    close_for(w, ann, 0);
    assert_true(may_erase(w, ann));
    erase(w, ann);
    const struct relation_forget_req req = {ann};
    struct relation_forget_resp done = {0};

    assert_ok(&w->ctx, relation_forget(w->api.relation, &w->ctx, &req, &done));
    assert_int_equal(world_profile(w, bob).follow_count, 0);
}

/* ---- what each service forgets ---- */

#define FORGET(w, x, user)                                                          \
    do {                                                                            \
        const struct x##_forget_req req_ = {user};                                  \
        struct x##_forget_resp done_ = {true};                                      \
                                                                                    \
        while (done_.more)                                                          \
            assert_ok(&(w)->ctx, x##_forget((w)->api.x, &(w)->ctx, &req_, &done_)); \
    } while (0)

static void say(struct world *w, int64_t user, int64_t video)
{
    const struct comment_add_req req = {.user_id = user, .video_id = video, .text = STR("nice")};
    struct comment_add_resp done = {0};

    assert_ok(&w->ctx, comment_add(w->api.comment, &w->ctx, &req, &done));
}

static void write_to(struct world *w, int64_t from, int64_t to)
{
    const struct message_send_req req = {.from_id = from, .to_id = to, .content = STR("hello")};
    struct message_send_resp done = {0};

    assert_ok(&w->ctx, message_send(w->api.message, &w->ctx, &req, &done));
}

static void likes_are_taken_back_in_batches(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, bob);

    world_like(w, ann, video, true);
    world_like(w, bob, video, true);
    for (int i = 0; i < FORGET_BATCH + 3; i++)
        world_like(w, ann, world_video(w, bob), true);
    FORGET(w, favorite, ann);
    assert_int_equal(world_number(w, "SELECT count(*) FROM favorite_mark"), 1);
    assert_int_equal(world_profile(w, bob).total_favorited, 1);
    assert_int_equal(world_item(w, video).favorite_count, 1);
}

static void comments_go_with_their_counts(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, bob);

    say(w, bob, video);
    for (int i = 0; i < FORGET_BATCH + 3; i++)
        say(w, ann, video);
    FORGET(w, comment, ann);
    assert_int_equal(world_number(w, "SELECT count(*) FROM comment_item"), 1);
    assert_int_equal(world_item(w, video).comment_count, 1);
}

static void follows_of_both_sides_end(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), cy = world_user(w, "cy");
    const struct relation_set_block_req block = {ann, cy, true};
    struct relation_set_block_resp blocked;

    world_follow(w, ann, bob, true);
    world_follow(w, bob, ann, true);
    world_follow(w, cy, bob, true);
    assert_ok(&w->ctx, relation_set_block(w->api.relation, &w->ctx, &block, &blocked));
    FORGET(w, relation, ann);
    assert_int_equal(world_number(w, "SELECT count(*) FROM relation_edge"), 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM relation_hidden"), 0);
    assert_int_equal(world_profile(w, bob).follower_count, 1);
    assert_int_equal(world_profile(w, bob).follow_count, 0);
}

static void conversations_go_whole(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), cy = world_user(w, "cy");

    for (int i = 0; i < FORGET_BATCH + 3; i++)
        write_to(w, i % 2 ? ann : bob, i % 2 ? bob : ann);
    write_to(w, cy, ann);
    write_to(w, bob, cy);
    FORGET(w, message, ann);
    assert_int_equal(world_number(w, "SELECT count(*) FROM message_line"), 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM message_conversation"), 2);
}

static void videos_go_with_all_that_is_theirs(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), kept = world_video(w, bob);
    enum { MORE_THAN_A_BATCH = 23 };

    for (int i = 0; i < MORE_THAN_A_BATCH; i++)
        say(w, bob, world_video(w, ann));
    FORGET(w, video, ann);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_item"), 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM comment_item"), 0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_usage"), 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM bus_job WHERE topic = 'transcode'"), 1);
    assert_int_equal(world_item(w, kept).id, kept);
}

static void reports_and_notices_go(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    const struct report_add_req by = {ann, REPORT_OF_USER, bob, STR("spam"), STR("")},
                                of = {bob, REPORT_OF_USER, ann, STR("spam"), STR("")},
                                other = {bob, REPORT_OF_VIDEO, ann, STR("spam"), STR("")};
    struct report_add_resp done;

    assert_ok(&w->ctx, report_add(w->api.report, &w->ctx, &by, &done));
    assert_ok(&w->ctx, report_add(w->api.report, &w->ctx, &of, &done));
    assert_ok(&w->ctx, report_add(w->api.report, &w->ctx, &other, &done));
    world_follow(w, bob, ann, true);
    FORGET(w, report, ann);
    FORGET(w, notice, ann);
    assert_int_equal(world_number(w, "SELECT count(*) FROM report_item"), 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM notice_group"), 0);
}

/* ---- copies ---- */

static struct err *ask_copy(struct world *w, int64_t user, int64_t pause_ms, int64_t *job)
{
    const struct user_begin_export_req req = {user, 60000, pause_ms, STR("http://x")};
    struct user_begin_export_resp done = {0};

    TRY(user_begin_export(w->api.user, &w->ctx, &req, &done));
    *job = done.job_id;
    return NULL;
}

static struct user_export copy_of(struct world *w, int64_t user)
{
    const struct user_get_export_req req = {user};
    struct user_export found_one = {0};

    assert_ok(&w->ctx, user_get_export(w->api.user, &w->ctx, &req, &found_one));
    return found_one;
}

static void end_copy(struct world *w, int64_t user, int64_t job, enum user_export_state how)
{
    const struct user_end_export_req req = {user, job, how, 7, STR("")};
    struct user_end_export_resp done;

    assert_ok(&w->ctx, user_end_export(w->api.user, &w->ctx, &req, &done));
}

static void one_copy_at_a_time_and_one_in_a_while(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), job = 0, next = 0;

    assert_int_equal(copy_of(w, ann).job_id, 0);
    assert_ok(&w->ctx, ask_copy(w, ann, 0, &job));
    assert_reason(ask_copy(w, ann, 0, &next), ERR_PRECONDITION, "quota_used_up");
    end_copy(w, ann, job, USER_EXPORT_READY);
    assert_int_equal(copy_of(w, ann).state, USER_EXPORT_READY);
    assert_int_equal(copy_of(w, ann).bytes, 7);
    assert_true(copy_of(w, ann).expires_at > clock_wall_ms());
    assert_reason(ask_copy(w, ann, 60000, &next), ERR_PRECONDITION, "quota_used_up");
    assert_ok(&w->ctx, ask_copy(w, ann, 0, &next));
    end_copy(w, ann, job, USER_EXPORT_FAILED); /* of the one before: nobody asks for it any more */
    assert_int_equal(copy_of(w, ann).job_id, next);
    assert_int_equal(copy_of(w, ann).state, USER_EXPORT_WAITING);
}

static void of_a_closed_account_no_copy_is_made(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), job = 0;

    close_for(w, ann, 60000);
    assert_reason(ask_copy(w, ann, 0, &job), ERR_NOT_FOUND, "user_not_found");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_closed_account_is_found_by_nobody_but_its_login),
        WORLD_TEST(it_is_opened_again_as_it_was),
        WORLD_TEST(what_may_be_removed_cannot_be_opened_again),
        WORLD_TEST(a_job_waits_for_it),
        WORLD_TEST(nobody_counts_for_an_account_that_is_gone),
        WORLD_TEST(likes_are_taken_back_in_batches),
        WORLD_TEST(comments_go_with_their_counts),
        WORLD_TEST(follows_of_both_sides_end),
        WORLD_TEST(conversations_go_whole),
        WORLD_TEST(videos_go_with_all_that_is_theirs),
        WORLD_TEST(reports_and_notices_go),
        WORLD_TEST(one_copy_at_a_time_and_one_in_a_while),
        WORLD_TEST(of_a_closed_account_no_copy_is_made),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
