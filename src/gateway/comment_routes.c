/* /douyin/comment/... : comments. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "comment_view.h"
#include "contract_time.h"
#include "envelope.h"

void comment_view_write(struct json *j, struct ctx *c, struct gateway *g, struct comment_view shown,
                        struct str base)
{
    json_lit(j, "{\"id\":");
    json_int(j, shown.item->id);
    json_lit(j, ",\"user\":");
    (void)page_write_user(j, shown.user, base, shown.followed);
    json_lit(j, "},\"content\":");
    json_text(j, shown.item->text);
    json_lit(j, ",\"create_date\":\"");
    json_raw(j, contract_time_date(c, shown.item->created_at, g->options.zone_offset_min));
    json_lit(j, "\"}");
}

/* What was said can be read without the names of those who did. */
static struct err *load_writers(struct look *look, struct i64_list ids, struct user_page *out)
{
    struct arena *a = look->c->arena;

    *out = (struct user_page){.ids = ids,
                              .users = arena_array(a, struct user_view, ids.count),
                              .followed = arena_array(a, bool, ids.count)};
    look_users(look, ids, false, out->users);
    look_followed(look, ids, out->followed);
    return look_join(look);
}

static struct err *post(struct gateway *g, struct ctx *c, const struct http_req *req, int64_t video,
                        struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct comment_add_req add = {.user_id = c->user_id, .video_id = video};
    struct comment_add_resp done = {0};
    struct user_page author;

    TRY(gateway_written(c, req, STR("comment_text"), &add.text));
    TRY(comment_add(g->deps.services.comment, c, &add, &done));
    TRY(load_writers(look, (struct i64_list){&c->user_id, 1}, &author));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"comment\":");
    comment_view_write(&j, c, g, (struct comment_view){done.comment, &author.users[0], false},
                       gateway_base_url(g, c, req));
    envelope_end(&j, reply);
    return NULL;
}

static struct err *take_away(struct gateway *g, struct ctx *c, const struct http_req *req,
                             int64_t video, struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct comment_remove_req remove = {.user_id = c->user_id, .video_id = video};
    struct comment_remove_resp done;
    int64_t author;

    TRY(gateway_id(c, req, STR("comment_id"), &remove.comment_id));
    look_require_video(look, video, &author);
    TRY(look_join(look));
    TRY(comment_remove(g->deps.services.comment, c, &remove, &done));
    envelope_ok(reply);
    return NULL;
}

/* POST /douyin/comment/action/ */
struct err *comment_action(void *self, struct ctx *c, const struct http_req *req,
                           struct http_reply *reply)
{
    int64_t video;
    bool posts;

    TRY(gateway_id(c, req, STR("video_id"), &video));
    TRY(gateway_action(c, req, &posts));
    return posts ? post(self, c, req, video, reply) : take_away(self, c, req, video, reply);
}

static struct i64_list writers(struct ctx *c, const struct comment_item_list *list)
{
    struct i64_list ids = {arena_array(c->arena, int64_t, list->count), list->count};

    for (size_t i = 0; i < ids.count; i++)
        ids.at[i] = list->at[i].user_id;
    return ids;
}

static struct cursor comment_at(const void *list, size_t i)
{
    const struct comment_item *item = &((const struct comment_item_list *)list)->at[i];

    return (struct cursor){item->created_at, item->id};
}

static struct err *find(struct look *look, struct window *w, struct comment_item_list *out)
{
    struct ctx *c = look->c;
    struct comment_list_resp list = {0};
    int64_t author;
    struct comment_list_req ask = {w->of, window_ask(w), w->after.time, w->after.id};

    look_require_video(look, w->of, &author);
    comment_list_start(look->g->deps.services.comment, c, &ask, &list, &look->calls);
    TRY(look_join(look));
    look_require_author(look, author); /* with those who wrote them */
    window_cut(w, c, &list.comments.count, comment_at, &list.comments);
    *out = list.comments;
    return NULL;
}

static struct i64_list ids_of(struct ctx *c, const struct comment_item_list *list)
{
    struct i64_list ids = {arena_array(c->arena, int64_t, list->count), list->count};

    for (size_t i = 0; i < ids.count; i++)
        ids.at[i] = list->at[i].id;
    return ids;
}

/* What was hidden by who looks after the place is still its writer's. */
static bool is_open(const struct comment_item *item, int64_t viewer)
{
    return !item->hidden_at || item->user_id == viewer;
}

/* The comments with who wrote them, but for those that the viewer does not want to see. */
static struct err *load_shown(struct look *look, const struct comment_item_list *list,
                              struct comment_view *out, size_t *count)
{
    struct ctx *c = look->c;
    struct i64_list by = writers(c, list);
    bool *hidden = arena_array(c->arena, bool, list->count),
         *hidden_writer = arena_array(c->arena, bool, list->count);
    struct user_page page;

    look_hidden(look, RELATION_COMMENT, ids_of(c, list), hidden);
    look_hidden(look, RELATION_USER, by, hidden_writer);
    TRY(load_writers(look, by, &page));
    *count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (page.users[i].id && !hidden[i] && !hidden_writer[i] &&
            is_open(&list->at[i], c->user_id))
            out[(*count)++] = (struct comment_view){&list->at[i], &page.users[i], page.followed[i]};
    return NULL;
}

static struct err *show(struct look *look, const struct http_req *req, struct window *w,
                        struct http_reply *reply)
{
    struct ctx *c = look->c;
    struct comment_item_list list;
    size_t count;

    TRY(find(look, w, &list));
    struct comment_view *all = arena_array(c->arena, struct comment_view, list.count);

    TRY(load_shown(look, &list, all, &count));
    struct json j = envelope_begin(c);
    struct str base = gateway_base_url(look->g, c, req);

    json_lit(&j, ",\"comment_list\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            json_lit(&j, ",");
        comment_view_write(&j, c, look->g, all[i], base);
    }
    json_lit(&j, "]");
    window_end(w, &j, reply);
    return NULL;
}

/* GET /douyin/comment/list/ */
struct err *comment_list_show(void *self, struct ctx *c, const struct http_req *req,
                              struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(self, c, req);
    struct window w;

    TRY(window_read(c, req, &w));
    TRY(gateway_id(c, req, STR("video_id"), &w.of));
    return show(look, req, &w, reply);
}

/* GET /api/v1/comments */
struct err *comment_page(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(self, c, req);
    struct window w;

    TRY(window_read_open(c, req, &w));
    TRY(gateway_id(c, req, STR("video_id"), &w.of));
    return show(look, req, &w, reply);
}
