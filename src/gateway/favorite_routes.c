/* /douyin/favorite/... : likes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "limits.h"
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

/* GET /douyin/favorite/list/ */
struct err *favorite_list_show(void *self, struct ctx *c, const struct http_req *req,
                               struct http_reply *reply)
{
    struct gateway *g = self;
    struct favorite_list_req ask = {.limit = LIST_MAX};
    struct favorite_list_resp list = {0};
    struct video_page page;

    TRY(gateway_whose(c, req, &ask.user_id));
    TRY(gateway_require_user(g, c, ask.user_id));
    TRY(favorite_list(g->deps.services.favorite, c, &ask, &list));
    TRY(page_load_videos(g, c, c->user_id, list.video_ids, &page));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"video_list\":");
    page_write_videos(&j, &page, gateway_base_url(g, c, req), NULL);
    envelope_end(&j, reply);
    return NULL;
}
