/* Tests of what one transaction touches: rows under one shard key, but for those that
 * docs/scaling.md lists. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "limits.h"
#include "world.h"

/* ---- whose rows a statement is about ---- */

/* Tables that are cut by the same thing lie together. */
enum piece { PIECE_USER, PIECE_VIDEO, PIECE_PAIR };

static const struct {
    const char *table;
    enum piece piece;
    const char *key, *second; /* the second half of a key of two */
} tables[] = {
    {"user_account", PIECE_USER, "id", NULL},
    {"user_count", PIECE_USER, "user_id", NULL},
    {"user_login", PIECE_USER, "user_id", NULL},
    {"user_export", PIECE_USER, "user_id", NULL},
    {"report_item", PIECE_USER, "reporter_id", NULL},
    {"video_item", PIECE_VIDEO, "id", NULL},
    {"video_count", PIECE_VIDEO, "video_id", NULL},
    {"video_usage", PIECE_USER, "author_id", NULL},
    {"video_seen", PIECE_USER, "viewer_id", NULL},
    {"video_unwanted", PIECE_USER, "viewer_id", NULL},
    {"video_upload", PIECE_USER, "author_id", NULL},
    {"video_upload_part", PIECE_USER, "author_id", NULL},
    {"favorite_mark", PIECE_USER, "user_id", NULL},
    {"relation_edge", PIECE_USER, "user_id", NULL},
    {"relation_hidden", PIECE_USER, "user_id", NULL},
    {"comment_item", PIECE_VIDEO, "video_id", NULL},
    {"message_line", PIECE_PAIR, "low_id", "high_id"},
    {"message_conversation", PIECE_USER, "user_id", NULL},
};

struct owner {
    enum piece piece;
    int64_t first, second;
};

enum { OWNERS_MAX = 16 };

/* Of the transaction under way; tests here have one thread that writes at a time. */
static struct owner owners[OWNERS_MAX];
static size_t owner_count, most_owners;

static void note_owner(struct owner o)
{
    for (size_t i = 0; i < owner_count; i++)
        if (owners[i].piece == o.piece && owners[i].first == o.first &&
            owners[i].second == o.second)
            return;
    assert_true(owner_count < OWNERS_MAX);
    owners[owner_count++] = o;
}

/* A whole word of the text, from `from` on; NULL: it is not there. */
static const char *find_word(const char *from, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = from; (at = strstr(at, word)) != NULL; at += len) {
        bool begins = at == from || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');

        if (begins && !isalnum((unsigned char)at[len]) && at[len] != '_')
            return at;
    }
    return NULL;
}

static size_t marks_before(const char *text, const char *end)
{
    size_t count = 0;

    for (; text < end; text++)
        count += *text == '?';
    return count;
}

static size_t commas_before(const char *text, const char *end)
{
    size_t count = 0;

    for (; text < end; text++)
        count += *text == ',';
    return count;
}

/* INSERT INTO t (a, b) VALUES (?, ?): the value in the place of the column. */
static const char *value_in_insert(const char *text, const char *column)
{
    const char *names = strchr(text, '('), *name = find_word(names, column);
    const char *value = strchr(strstr(text, "VALUES"), '(');

    assert_non_null(name);
    for (size_t n = commas_before(names, name); n > 0; n--)
        value = strchr(value + 1, ',');
    return value + strspn(value + 1, " ") + 1;
}

/* UPDATE, DELETE, SELECT: what the column is compared with. */
static const char *value_in_where(const char *text, const char *column)
{
    const char *where = strstr(text, " WHERE "), *name = where;

    while (name && (name = find_word(name + 1, column)) != NULL)
        if (!strncmp(name + strlen(column), " = ?", 4) ||
            !strncmp(name + strlen(column), " IN (?", 6))
            return strchr(name, '?');
    return NULL;
}

static int64_t key_of(const char *text, const char *column, struct sql_args args)
{
    const char *value =
        !strncmp(text, "INSERT", 6) ? value_in_insert(text, column) : value_in_where(text, column);

    if (!value || *value != '?')
        fail_msg("it does not say whose rows it is about: %s", text);
    return args.at[marks_before(text, value)].i;
}

/* The first table decides: the others of a join are cut by the same. */
static void note_statement(const char *text, struct sql_args args)
{
    const char *first = NULL;
    size_t table = 0;

    for (size_t i = 0; i < COUNT(tables); i++) {
        const char *at = find_word(text, tables[i].table);

        if (at && (!first || at < first)) {
            first = at;
            table = i;
        }
    }
    if (!first)
        return;
    struct owner o = {tables[table].piece, key_of(text, tables[table].key, args), 0};

    if (tables[table].second)
        o.second = key_of(text, tables[table].second, args);
    note_owner(o);
}

/* ---- in place of the calls of platform/sql (the linker's --wrap) ---- */

struct err *__real_sql_write(struct sql *db, struct ctx *c, sql_work *work, void *arg);
struct err *__wrap_sql_write(struct sql *db, struct ctx *c, sql_work *work, void *arg);
struct err *__wrap_sql_write(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    if (c->tx)
        return __real_sql_write(db, c, work, arg);
    owner_count = 0;
    struct err *e = __real_sql_write(db, c, work, arg);

    most_owners = owner_count > most_owners ? owner_count : most_owners;
    return e;
}

struct err *__real_sql_run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                           int64_t *changed, const char *text, struct sql_args args);
struct err *__wrap_sql_run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                           int64_t *changed, const char *text, struct sql_args args);
struct err *__wrap_sql_run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                           int64_t *changed, const char *text, struct sql_args args)
{
    note_statement(text, args);
    return __real_sql_run(tx, c, rows, changed, text, args);
}

struct err *__real_sql_run_lock(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                                const char *text, struct sql_args args);
struct err *__wrap_sql_run_lock(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                                const char *text, struct sql_args args);
struct err *__wrap_sql_run_lock(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                                const char *text, struct sql_args args)
{
    note_statement(text, args);
    return __real_sql_run_lock(tx, c, rows, text, args);
}

struct err *__real_sql_run_put(struct sql_tx *tx, struct ctx *c, size_t keys, const char *text,
                               struct sql_args args);
struct err *__wrap_sql_run_put(struct sql_tx *tx, struct ctx *c, size_t keys, const char *text,
                               struct sql_args args);
struct err *__wrap_sql_run_put(struct sql_tx *tx, struct ctx *c, size_t keys, const char *text,
                               struct sql_args args)
{
    note_statement(text, args);
    return __real_sql_run_put(tx, c, keys, text, args);
}

struct err *__real_sql_run_insert(struct sql_tx *tx, struct ctx *c, bool *inserted,
                                  const char *text, struct sql_args args);
struct err *__wrap_sql_run_insert(struct sql_tx *tx, struct ctx *c, bool *inserted,
                                  const char *text, struct sql_args args);
struct err *__wrap_sql_run_insert(struct sql_tx *tx, struct ctx *c, bool *inserted,
                                  const char *text, struct sql_args args)
{
    note_statement(text, args);
    return __real_sql_run_insert(tx, c, inserted, text, args);
}

/* ---- services that are followed by nobody here, as in a cluster ---- */

struct apart {
    struct world *w;
    struct changes *changes[5];
    struct world_services api;
    int64_t ann, bob, video;
};

static struct changes *silent(struct apart *a, size_t i)
{
    return a->changes[i] = changes_create();
}

static int setup(void **state)
{
    static struct apart a;

    assert_int_equal(world_setup((void **)&a.w), 0);
    a.api.user = user_create(a.w->db, silent(&a, 0));
    a.api.video = video_create(a.w->db, silent(&a, 1), a.w->bus, &(struct video_quota){0});
    a.api.favorite = favorite_create(a.w->db, silent(&a, 2), a.w->api.video, a.w->api.user);
    a.api.comment =
        comment_create(a.w->db, silent(&a, 3), a.w->api.video, a.w->api.user, a.w->api.relation);
    a.api.relation = relation_create(a.w->db, silent(&a, 4), a.w->api.user);
    a.api.message = a.w->api.message; /* nobody follows it anyway */
    a.ann = world_user(a.w, "ann");
    a.bob = world_user(a.w, "bob");
    a.video = world_video(a.w, a.ann);
    most_owners = 0;
    *state = &a;
    return 0;
}

static int teardown(void **state)
{
    struct apart *a = *state;

    relation_destroy(a->api.relation);
    comment_destroy(a->api.comment);
    favorite_destroy(a->api.favorite);
    video_destroy(a->api.video);
    user_destroy(a->api.user);
    for (size_t i = 0; i < COUNT(a->changes); i++)
        changes_destroy(a->changes[i]);
    return world_teardown((void **)&a->w);
}

/* What was done since the last time had at most so many owners in one transaction. */
static void assert_owners(size_t want)
{
    assert_int_equal(most_owners, want);
    most_owners = 0;
}

/* ---- the tests ---- */

static void accounts_are_written_by_themselves(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;
    struct user_sign_up_req sign_up = {.name = STR("eve"), .password_hash = STR("h")};
    struct user_sign_up_resp signed_up;
    struct user_set_password_req password = {.id = a->ann, .password_hash = STR("h")};
    struct user_set_password_resp session;
    struct user_edit_req edit = {
        .id = a->ann, .with_name = true, .name = STR("eva"), .settings = STR("{}")};
    struct user_edit_resp edited;
    struct user_set_ban_req ban = {.id = a->ann, .banned = true, .reason = STR("spam")};
    struct user_set_ban_resp banned;

    assert_ok(c, user_sign_up(a->api.user, c, &sign_up, &signed_up));
    assert_ok(c, user_set_password(a->api.user, c, &password, &session));
    assert_ok(c, user_edit(a->api.user, c, &edit, &edited));
    assert_ok(c, user_set_ban(a->api.user, c, &ban, &banned));
    assert_owners(1);
}

static void logins_are_written_with_their_account(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;
    struct user_add_login_resp added;
    struct user_see_login_req see = {a->ann, 7};
    struct user_see_login_resp seen;
    struct user_set_password_req password = {a->ann, STR("h"), 7};
    struct user_set_password_resp session;
    struct user_end_login_req end = {a->ann, 7, 0};
    struct user_end_login_resp ended;

    for (int64_t id = 1; id <= LOGINS_MAX + 1; id++) {
        struct user_add_login_req add = {a->ann, id, STR("hash"), 1, STR("")};

        assert_ok(c, user_add_login(a->api.user, c, &add, &added));
    }
    assert_ok(c, user_see_login(a->api.user, c, &see, &seen));
    assert_ok(c, user_set_password(a->api.user, c, &password, &session));
    assert_ok(c, user_end_login(a->api.user, c, &end, &ended));
    assert_owners(1);
}

static void a_like_is_the_business_of_who_likes(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;

    for (int liked = 1; liked >= 0; liked--) {
        struct favorite_set_req set = {a->bob, a->video, liked};
        struct favorite_set_resp done;

        assert_ok(c, favorite_set(a->api.favorite, c, &set, &done));
        assert_true(done.changed);
    }
    assert_owners(1);
}

static void a_follow_is_the_business_of_who_follows(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;

    for (int following = 1; following >= 0; following--) {
        struct relation_set_req set = {a->bob, a->ann, following};
        struct relation_set_resp done;

        assert_ok(c, relation_set(a->api.relation, c, &set, &done));
        assert_true(done.changed);
    }
    assert_owners(1);
}

/* What the other one followed is ended by a transaction of its own. */
static void a_block_is_the_business_of_each_side_alone(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;
    struct relation_set_req follow = {a->bob, a->ann, true};
    struct relation_set_resp followed;
    struct relation_set_block_req block = {a->ann, a->bob, true};
    struct relation_set_block_resp done;

    assert_ok(c, relation_set(a->api.relation, c, &follow, &followed));
    assert_ok(c, relation_set_block(a->api.relation, c, &block, &done));
    assert_true(done.changed);
    assert_owners(1);
}

static void a_comment_is_its_videos(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;
    struct comment_add_req add = {.user_id = a->bob, .video_id = a->video, .text = STR("hello")};
    struct comment_add_resp added = {0};

    assert_ok(c, comment_add(a->api.comment, c, &add, &added));
    struct comment_remove_req remove = {
        .user_id = a->bob, .video_id = a->video, .comment_id = added.comment->id};
    struct comment_remove_resp removed;

    assert_ok(c, comment_remove(a->api.comment, c, &remove, &removed));
    assert_owners(1);
}

/* The second is listed: what the author has used. */
static void a_video_is_its_own_and_its_authors(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;
    struct video_media media = world_upload;
    struct video_publish_req publish = {.author_id = a->ann, .title = STR("x"), .media = &media};
    struct video_publish_resp published = {0};

    assert_ok(c, video_publish(a->api.video, c, &publish, &published));
    struct video_set_media_req ready = {.id = published.id, .state = VIDEO_READY};
    struct video_set_media_resp set;
    struct video_remove_req remove = {.id = published.id};
    struct video_remove_resp gone;

    assert_ok(c, video_set_media(a->api.video, c, &ready, &set));
    assert_ok(c, video_remove(a->api.video, c, &remove, &gone));
    assert_owners(2);
}

/* The line, and a row of each side: listed too. */
static void a_message_is_of_two_people_and_their_conversation(void **state)
{
    struct apart *a = *state;
    struct ctx *c = &a->w->ctx;
    struct message_send_req send = {.from_id = a->ann, .to_id = a->bob, .content = STR("hi")};
    struct message_send_resp sent = {0};
    struct message_list_req poll = {a->bob, a->ann, 0, 10};
    struct message_list_resp got = {0};

    assert_ok(c, message_send(a->api.message, c, &send, &sent));
    assert_owners(3);
    assert_ok(c, message_list(a->api.message, c, &poll, &got)); /* and marks it as delivered */
    assert_int_equal(got.messages.count, 1);
    assert_owners(1);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        CASE(accounts_are_written_by_themselves),
        CASE(logins_are_written_with_their_account),
        CASE(a_like_is_the_business_of_who_likes),
        CASE(a_follow_is_the_business_of_who_follows),
        CASE(a_block_is_the_business_of_each_side_alone),
        CASE(a_comment_is_its_videos),
        CASE(a_video_is_its_own_and_its_authors),
        CASE(a_message_is_of_two_people_and_their_conversation),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
