/* Tests of the near cache beside writes that fail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near_fixture.h"

#include <semaphore.h>

struct attempt {
    struct fixture *f;
    int64_t user, video;
    bool saw_like, saw_follow;
};

/* Looks at all that it has written itself, and then changes its mind. */
static struct err *like_look_and_fail(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct attempt *a = arg;
    struct world_services *s = &a->f->w->behind; /* in this process: part of the transaction */
    struct favorite_set_req like = {a->user, a->video, true};
    struct relation_set_req follow = {a->user,
                                      world_number(a->f->w, "SELECT max(id) FROM"
                                                            " user_account"),
                                      true};
    struct favorite_set_resp liked = {0};
    struct relation_set_resp followed = {0};
    struct user_view user;
    struct video_view video;
    struct message_state state;

    (void)tx;
    TRY(favorite_set(s->favorite, c, &like, &liked));
    TRY(relation_set(s->relation, c, &follow, &followed));
    TRY(near_liked(a->f->near, c, a->user, (struct i64_list){&a->video, 1}, &a->saw_like));
    TRY(near_followed(a->f->near, c, a->user, (struct i64_list){&follow.target_id, 1},
                      &a->saw_follow));
    TRY(near_users(a->f->near, c, (struct i64_list){&a->user, 1}, &user));
    TRY(near_videos(a->f->near, c, (struct i64_list){&a->video, 1}, &video));
    TRY(near_chat(a->f->near, c, a->user, follow.target_id, &state));
    return err_new(c, ERR_PRECONDITION, "changed my mind");
}

static void check_nothing_happened(struct fixture *f, int64_t ann, int64_t bob, int64_t video)
{
    assert_false(likes(f, ann, video));
    assert_false(follows(f, ann, bob));
    assert_int_equal(video_of(f, video).favorites, 0);
    assert_int_equal(user_of(f, ann).favorites, 0);
    assert_int_equal(user_of(f, ann).follows, 0);
}

static void what_was_read_inside_a_write_is_never_kept(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");
    struct attempt a = {.f = f, .user = ann, .video = world_video(f->w, bob)};

    assert_err(sql_write(f->w->db, &f->w->ctx, like_look_and_fail, &a), ERR_PRECONDITION);
    assert_int_equal(a.saw_like, f->w->api.favorite == f->w->behind.favorite);
    assert_int_equal(a.saw_follow, a.saw_like); /* another process would see neither */
    check_nothing_happened(f, ann, bob, a.video);
}

/* ---- a whole batch that fails ---- */

/* A task of a batch, in a request of its own. */
struct member {
    struct task task; /* first */
    struct ctx c;
    struct arena arena;
    struct fixture *f;
    int64_t user, video;
    sem_t *started, *gate; /* of the first one */
    sem_t done;
    enum err_code code;
};

static void member_done(struct task *task, struct err *e)
{
    struct member *m = (struct member *)task;

    m->code = e ? e->code : 0;
    (void)sem_post(&m->done);
}

static struct err *wait_for_gate(struct task *task)
{
    struct member *m = (struct member *)task;

    (void)sem_post(m->started);
    while (sem_wait(m->gate) != 0)
        continue;
    return NULL;
}

static struct err *like_and_look(struct task *task)
{
    struct member *m = (struct member *)task;
    struct favorite_set_req like = {m->user, m->video, true};
    struct favorite_set_resp resp = {0};
    bool liked;

    TRY(favorite_set(m->f->w->behind.favorite, task->c, &like, &resp));
    return near_liked(m->f->near, task->c, m->user, (struct i64_list){&m->video, 1}, &liked);
}

/* What a full disk does: SQLite gives up the transaction of the whole batch. */
static struct err *lose_the_batch(struct task *task)
{
    return sql_script(task->c->tx, task->c, "ROLLBACK");
}

static void submit(struct member *m, struct err *(*run)(struct task *task))
{
    m->c.arena = &m->arena;
    m->task = (struct task){.c = &m->c, .run = run, .done = member_done};
    assert_int_equal(sem_init(&m->done, 0, 0), 0);
    assert_true(executor_submit(sql_writer(m->f->w->db), &m->task));
}

static enum err_code finish(struct member *m)
{
    while (sem_wait(&m->done) != 0)
        continue;
    (void)sem_destroy(&m->done);
    arena_fini(&m->arena);
    return m->code;
}

static void a_batch_that_fails_leaves_the_cache_true(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");
    int64_t video = world_video(f->w, bob);
    sem_t started, gate;
    struct member first = {.f = f, .started = &started, .gate = &gate};
    struct member liker = {.f = f, .user = ann, .video = video}, loser = {.f = f};

    assert_int_equal(sem_init(&started, 0, 0) + sem_init(&gate, 0, 0), 0);
    (void)video_of(f, video);
    (void)user_of(f, ann);
    submit(&first, wait_for_gate);
    while (sem_wait(&started) != 0)
        continue;
    submit(&liker, like_and_look);
    submit(&loser, lose_the_batch); /* both came while it ran: they are one batch */
    (void)sem_post(&gate);
    assert_int_equal(finish(&first), 0);
    assert_int_not_equal(finish(&liker), 0);
    assert_int_not_equal(finish(&loser), 0);
    (void)sem_destroy(&started);
    (void)sem_destroy(&gate);
    check_nothing_happened(f, ann, bob, video);
    world_like(f->w, ann, video, true); /* and all goes on */
    assert_true(likes(f, ann, video));
    assert_int_equal(video_of(f, video).favorites, 1);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        NEAR_TEST(what_was_read_inside_a_write_is_never_kept),
        NEAR_TEST(a_batch_that_fails_leaves_the_cache_true),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
