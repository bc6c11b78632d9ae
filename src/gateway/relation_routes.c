/* /douyin/relation/... and /api/v1/blocks : follows, friends, and who is blocked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "limits.h"
#include "page.h"

/* POST /douyin/relation/action/ */
struct err *relation_action(void *self, struct ctx *c, const struct http_req *req,
                            struct http_reply *reply)
{
    struct gateway *g = self;
    struct relation_set_req set = {.user_id = c->user_id};
    struct relation_set_resp done = {0};

    TRY(gateway_id(c, req, STR("to_user_id"), &set.target_id));
    TRY(gateway_action(c, req, &set.following));
    TRY(relation_set(g->deps.services.relation, c, &set, &done));
    envelope_ok(reply);
    return NULL;
}

typedef void lister(struct relation_api *api, struct ctx *c, const struct relation_list_req *req,
                    struct relation_list_resp *resp, struct calls *all);

static struct err *find(struct look *look, const struct http_req *req, lister *list,
                        struct window *w, struct i64_list *out)
{
    struct relation_list_resp found = {0};

    TRY(window_of_user(look, req, w));
    struct relation_list_req ask = {w->of, window_ask(w), w->after.time, w->after.id};

    list(look->g->deps.services.relation, look->c, &ask, &found, &look->calls);
    TRY(look_join(look));
    window_cut_ids(w, look->c, &found.user_ids, found.times);
    *out = found.user_ids;
    return NULL;
}

static struct err *answer(struct look *look, const struct http_req *req, struct i64_list ids,
                          const struct window *w, struct http_reply *reply)
{
    struct gateway *g = look->g;
    struct ctx *c = look->c;
    struct user_page page;

    TRY(page_load_users(look, ids, &page));
    struct json j = envelope_begin(c);
    struct str base = gateway_base_url(g, c, req);

    bool begun = false;

    json_lit(&j, ",\"user_list\":[");
    for (size_t i = 0; i < page.ids.count; i++) {
        if (!page.users[i].id)
            continue;
        if (begun)
            json_lit(&j, ",");
        begun = true;
        (void)page_write_user(&j, &page.users[i], base, page.followed[i]);
        json_lit(&j, "}");
    }
    json_lit(&j, "]");
    window_end(w, &j, reply);
    return NULL;
}

static struct err *show(struct gateway *g, struct ctx *c, const struct http_req *req, lister *list,
                        struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct window w;
    struct i64_list ids;

    TRY(find(look, req, list, &w, &ids));
    return answer(look, req, ids, &w, reply);
}

/* GET /douyin/relation/follow/list/ and /api/v1/users/{id}/following */
struct err *relation_following(void *self, struct ctx *c, const struct http_req *req,
                               struct http_reply *reply)
{
    return show(self, c, req, relation_list_following_start, reply);
}

/* GET /douyin/relation/follower/list/ and /api/v1/users/{id}/followers */
struct err *relation_followers(void *self, struct ctx *c, const struct http_req *req,
                               struct http_reply *reply)
{
    return show(self, c, req, relation_list_followers_start, reply);
}

/* The viewer's latest message with a friend; both lists have the friends in the same order. The
 * viewer may be among them, in the list of somebody else, and writes to himself never. */
static const struct message_item *latest_with(const struct message_get_latest_resp *latest,
                                              size_t *next, int64_t viewer, int64_t friend)
{
    static const struct message_item none;

    if (*next == latest->messages.count)
        return &none;
    const struct message_item *m = &latest->messages.at[*next];

    if ((m->from_id == viewer ? m->to_id : m->from_id) != friend)
        return &none;
    (*next)++;
    return m;
}

/* GET /douyin/relation/friend/list/ and /api/v1/users/{id}/friends : the app's inbox. Messages are
 * those of who asks, whoever's friends they are. */
struct err *relation_friends(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct message_get_latest_req ask = {0};
    struct message_get_latest_resp latest = {0};
    struct window w;
    struct user_page page;
    size_t next = 0;

    TRY(find(look, req, relation_list_friends_start, &w, &ask.peer_ids));
    ask.viewer_id = c->user_id;
    message_get_latest_start(g->deps.services.message, c, &ask, &latest, &look->calls);
    look_optional(look, DEGRADED_MESSAGES);
    TRY(page_load_users(look, ask.peer_ids, &page));
    struct json j = envelope_begin(c);
    struct str base = gateway_base_url(g, c, req);
    bool begun = false;

    json_lit(&j, ",\"user_list\":[");
    for (size_t i = 0; i < page.ids.count; i++) {
        const struct message_item *m = latest_with(&latest, &next, c->user_id, page.ids.at[i]);

        if (!page.users[i].id)
            continue;
        if (begun)
            json_lit(&j, ",");
        begun = true;
        (void)page_write_user(&j, &page.users[i], base, page.followed[i]);
        json_lit(&j, ",\"message\":");
        json_text(&j, m->content);
        json_lit(&j, ",\"msgType\":");
        json_int(&j, m->id && m->from_id == c->user_id);
        json_lit(&j, "}");
    }
    json_lit(&j, "]");
    window_end(&w, &j, reply);
    return NULL;
}

static struct err *set_block(struct gateway *g, struct ctx *c, const struct http_req *req,
                             bool blocked, struct http_reply *reply)
{
    struct relation_set_block_req set = {.user_id = c->user_id, .blocked = blocked};
    struct relation_set_block_resp done;

    TRY(gateway_path_id(c, req, &set.target_id));
    TRY(relation_set_block(g->deps.services.relation, c, &set, &done));
    envelope_ok(reply);
    return NULL;
}

/* PUT /api/v1/blocks/{user_id} */
struct err *relation_block(void *self, struct ctx *c, const struct http_req *req,
                           struct http_reply *reply)
{
    return set_block(self, c, req, true, reply);
}

/* DELETE /api/v1/blocks/{user_id} */
struct err *relation_unblock(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    return set_block(self, c, req, false, reply);
}

/* GET /api/v1/blocks : whole, as it is bounded. */
struct err *relation_blocked(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct relation_list_req ask = {.user_id = c->user_id, .limit = BLOCKS_MAX};
    struct relation_list_resp found = {0};

    relation_list_blocked_start(g->deps.services.relation, c, &ask, &found, &look->calls);
    TRY(look_join(look));
    return answer(look, req, found.user_ids, &(struct window){0}, reply);
}
