/* Feeds for one viewer: the video service ranks, pages are loaded and written as all are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "viewer_feeds.h"

#include "clock.h"
#include "contract_time.h"
#include "envelope.h"
#include "limits.h"

static void answer(struct look *look, const struct http_req *req, struct video_page *page,
                   int64_t next_time, struct http_reply *reply)
{
    struct json j = envelope_begin(look->c);

    page->ext = page_wants_ext(req);
    json_lit(&j, ",\"video_list\":");
    page_write_videos(&j, page, gateway_base_url(look->g, look->c, req), NULL);
    json_lit(&j, ",\"next_time\":");
    json_int(&j, next_time);
    envelope_end(&j, reply);
}

static struct err *load(struct look *look, struct i64_list ids, struct video_item_list items,
                        struct video_page *out)
{
    return look_is_local(look) ? page_load_videos(look, ids, out)
                               : page_load_items(look, items, out);
}

/* ---- for you ---- */

static struct err *read_place(struct look *look, const struct http_req *req,
                              struct video_for_you_place *out)
{
    int64_t before;

    TRY(http_i64(req, look->c, STR("latest_time"), 0, &before));
    *out = (struct video_for_you_place){.before = -before, .seen = true};
    if (before < 0 && before > INT64_MIN)
        return NULL;
    TRY(contract_time_read(req, look->c, STR("latest_time"), &before));
    *out = (struct video_for_you_place){.before = before ? before : INT64_MAX};
    return NULL;
}

/* At the end it is now, as the contract has it: who goes on begins anew. */
static int64_t next_time(const struct video_for_you_place *next)
{
    if (!next->before)
        return clock_wall_ms();
    return next->seen ? -next->before : next->before;
}

/* Who is not who he says sees what everybody does. */
static struct err *rank(struct look *look, struct video_list_for_you_req *ask,
                        struct video_list_for_you_resp *out)
{
    ask->viewer_id = look->c->user_id;
    video_list_for_you_start(look->g->deps.services.video, look->c, ask, out, &look->calls);
    TRY(look_join(look));
    return ask->viewer_id == look->c->user_id ? NULL : rank(look, ask, out);
}

/* From `place` on, which then is where the next page begins. Ranked by time alone, all of a page
 * may be by one author, whom nobody can see or this viewer does not want to: then it goes on. */
static struct err *for_you(struct look *look, struct video_for_you_place *place,
                           struct video_page *out)
{
    for (int i = 0; i < FEED_LOOKS_MAX && (!i || (!out->ids.count && place->before)); i++) {
        struct video_list_for_you_req ask = {
            .from = place, .limit = FEED_PAGE, .with_items = !look_is_local(look)};
        struct video_list_for_you_resp list = {0};

        TRY(rank(look, &ask, &list));
        TRY(load(look, list.ids, list.items, out));
        *place = *list.next;
    }
    return NULL;
}

struct err *viewer_feeds_for_you(struct look *look, const struct http_req *req,
                                 struct http_reply *reply)
{
    struct video_for_you_place place;
    struct video_page page;

    TRY(read_place(look, req, &place));
    TRY(for_you(look, &place, &page));
    answer(look, req, &page, next_time(&place), reply);
    return NULL;
}

/* ---- following ---- */

static struct err *followed(struct look *look, struct i64_list *out)
{
    struct relation_list_req ask = {.user_id = look->c->user_id, .limit = IDS_MAX};
    struct relation_list_resp list = {0};

    relation_list_following_start(look->g->deps.services.relation, look->c, &ask, &list,
                                  &look->calls);
    TRY(look_join(look));
    *out = list.user_ids;
    return NULL;
}

/* What a page after `before` holds, which then is where the next one begins; 0 at the end. */
static struct err *by_authors(struct look *look, struct i64_list authors, int64_t *before,
                              struct video_page *out)
{
    for (int i = 0; i < FEED_LOOKS_MAX && (!i || (!out->ids.count && *before)); i++) {
        struct video_list_by_authors_req ask = {look->c->user_id, authors, *before, FEED_PAGE,
                                                !look_is_local(look)};
        struct video_list_resp list = {0};

        video_list_by_authors_start(look->g->deps.services.video, look->c, &ask, &list,
                                    &look->calls);
        TRY(look_join(look));
        TRY(load(look, list.ids, list.items, out));
        *before = list.times.count == FEED_PAGE ? list.times.at[FEED_PAGE - 1] : 0;
    }
    return NULL;
}

/* GET /api/v1/feed/following : of the IDS_MAX authors that were followed last. */
struct err *feed_following(void *self, struct ctx *c, const struct http_req *req,
                           struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(self, c, req);
    struct i64_list authors = {0};
    struct video_page page;
    int64_t before;

    TRY(http_i64(req, c, STR("cursor"), 0, &before));
    if (before < 0)
        return err_new(c, ERR_INVALID, "cursor is not the \"next_time\" of any reply");
    if (!before)
        before = INT64_MAX;
    TRY(followed(look, &authors));
    TRY(by_authors(look, authors, &before, &page));
    answer(look, req, &page, before, reply);
    return NULL;
}
