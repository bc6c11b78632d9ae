/* /douyin/publish/... : uploading, and what somebody has published. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "limits.h"
#include "page.h"
#include "text_rules.h"
#include "uploads.h"

/* POST /douyin/publish/action/ : the row is there before the reply (contract, section 3.1). */
struct err *publish_action(void *self, struct ctx *c, const struct http_req *req,
                           struct http_reply *reply)
{
    static const struct text_rule title_rule = {
        .what = "title", .min_chars = 1, .max_chars = TITLE_MAX_CHARS, .lines = true};
    struct gateway *g = self;
    struct video_publish_req video = {.author_id = c->user_id};

    TRY(http_text(req, c, STR("title"), &video.title));
    video.title = str_trim(video.title);
    TRY(text_rules_check(c, &title_rule, video.title)); /* before the costly part */
    if (!req->upload || !req->upload->size)
        return err_new(c, ERR_INVALID, "data is missing: the video file");
    video.bytes = req->upload->size;
    TRY(uploads_check_quota(g, c, video.bytes));
    TRY(uploads_publish(g, c, req->upload, &video));
    envelope_ok(reply);
    return NULL;
}

/* GET /douyin/publish/list/ */
struct err *publish_list(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_list_by_author_req ask = {.limit = LIST_MAX};
    struct video_list_resp list = {0};
    struct video_page page;

    TRY(gateway_whose(c, req, &ask.author_id));
    TRY(gateway_require_user(g, c, ask.author_id));
    ask.all = ask.author_id == c->user_id;
    TRY(video_list_by_author(g->deps.services.video, c, &ask, &list));
    TRY(page_load_videos(g, c, c->user_id, list.ids, &page));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"video_list\":");
    page_write_videos(&j, &page, gateway_base_url(g, c, req), NULL);
    envelope_end(&j, reply);
    return NULL;
}
