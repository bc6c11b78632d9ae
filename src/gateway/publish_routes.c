/* /douyin/publish/... : uploading, and what somebody has published. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "page.h"
#include "uploads.h"

/* POST /douyin/publish/action/ : the row is there before the reply (contract, section 3.1). */
struct err *publish_action(void *self, struct ctx *c, const struct http_req *req,
                           struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_publish_req video = {.author_id = c->user_id};
    struct video_publish_resp done = {0};

    TRY(uploads_title(c, req, &video.title));
    if (!req->upload || !req->upload->size)
        return err_new(c, ERR_INVALID, "data is missing: the video file");
    video.bytes = req->upload->size;
    TRY(uploads_check_quota(g, c, video.bytes));
    TRY(uploads_publish(g, c, req->upload, &video, &done));
    envelope_ok(reply);
    return NULL;
}

/* GET /douyin/publish/list/ and /api/v1/users/{id}/videos */
struct err *publish_list(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct window w;
    struct video_list_resp list = {0};
    struct video_page page;

    TRY(window_of_user(look, req, &w));
    struct video_list_by_author_req ask = {.author_id = w.of,
                                           .all = w.of == c->user_id,
                                           .limit = window_ask(&w),
                                           .before_time = w.after.time,
                                           .before_id = w.after.id,
                                           .with_items = !look_is_local(look)};

    video_list_by_author_start(g->deps.services.video, c, &ask, &list, &look->calls);
    TRY(look_join(look));
    window_cut_ids(&w, c, &list.ids, list.times);
    if (list.items.count > list.ids.count)
        list.items.count = list.ids.count;
    TRY(look_is_local(look) ? page_load_videos(look, list.ids, &page)
                            : page_load_items(look, list.items, &page));
    page_answer_videos(look, req, &w, &page, reply);
    return NULL;
}
