/* /douyin/favorite/... : likes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "page.h"

/* POST /douyin/favorite/action/ */
struct err *favorite_action(void *self, struct ctx *c, const struct http_req *req,
                            struct http_reply *reply)
{
    struct gateway *g = self;
    struct favorite_set_req set = {.user_id = c->user_id};
    struct favorite_set_resp done = {0};

    TRY(gateway_id(c, req, STR("video_id"), &set.video_id));
    TRY(gateway_action(c, req, &set.liked));
    TRY(favorite_set(g->deps.services.favorite, c, &set, &done));
    envelope_ok(reply);
    return NULL;
}

/* GET /douyin/favorite/list/ and /api/v1/users/{id}/likes */
struct err *favorite_list_show(void *self, struct ctx *c, const struct http_req *req,
                               struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct window w;
    struct favorite_list_resp list = {0};
    struct video_page page;

    TRY(window_of_user(look, req, &w));
    struct favorite_list_req ask = {w.of, window_ask(&w), w.after.time, w.after.id, true};

    favorite_list_start(g->deps.services.favorite, c, &ask, &list, &look->calls);
    TRY(look_join(look));
    window_cut_ids(&w, c, &list.video_ids, list.times);
    TRY(page_load_made(look, list.video_ids, list.author_ids, &page));
    page_answer_videos(look, req, &w, &page, reply);
    return NULL;
}
