/* News: asked of the services side by side, written in the order in which it happened. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "event_news.h"

#include "message_view.h"
#include "unread.h"
#include "video_progress.h"

/* ---- asking ---- */

/* They come newest first; what happened before or behind is somebody else's turn. As many as can be
 * asked for, and all of them new: what else lies between may have been left out. */
static void choose_notices(struct event_news *news, const struct event_cursor *after,
                           struct notice_item_list found)
{
    struct notice_item_list *out = &news->notices.list;

    for (size_t i = found.count; i-- > 0;)
        if (found.at[i].at > after->message && found.at[i].at <= news->up_to.message)
            out->at[out->count++] = found.at[i];
    news->too_many |=
        found.count == EVENT_BATCH_MAX && found.at[found.count - 1].at > after->message;
}

struct err *event_news_fetch(struct look *look, const struct event_cursor *after,
                             const struct event_cursor *up_to, struct event_news *out)
{
    struct ctx *c = look->c;
    const struct services *s = &look->g->deps.services;
    struct message_list_news_req messages = {c->user_id, after->message, up_to->message,
                                             EVENT_BATCH_MAX};
    struct notice_list_req notices = {.user_id = c->user_id, .limit = EVENT_BATCH_MAX};
    struct notice_count_unread_req unread = {c->user_id};
    struct video_list_news_req videos = {c->user_id, after->video, up_to->video, EVENT_BATCH_MAX};
    struct message_list_resp found_messages = {0};
    struct notice_list_resp found_notices = {0};
    struct video_list_news_resp found_videos = {0};

    *out = (struct event_news){.up_to = *up_to,
                               .with_unread = out->with_unread || after->message < up_to->message,
                               .notices.list.at =
                                   arena_array(c->arena, struct notice_item, EVENT_BATCH_MAX)};
    if (out->with_unread)
        notice_count_unread_start(s->notice, c, &unread, &out->unread, &look->calls);
    if (after->message < up_to->message) {
        message_list_news_start(s->message, c, &messages, &found_messages, &look->calls);
        notice_list_start(s->notice, c, &notices, &found_notices, &look->calls);
    }
    if (after->video < up_to->video)
        video_list_news_start(s->video, c, &videos, &found_videos, &look->calls);
    TRY(look_join(look));
    out->messages = found_messages.messages;
    out->videos = found_videos.news;
    out->too_many = out->messages.count == EVENT_BATCH_MAX || out->videos.count == EVENT_BATCH_MAX;
    choose_notices(out, after, found_notices.notices);
    TRY(unread_leave_out(look, &out->unread));
    return out->notices.list.count ? notice_page_load(look, &out->notices) : NULL;
}

/* ---- writing ---- */

static void begin(struct json *j, const char *name, const struct event_cursor *id)
{
    char text[EVENT_CURSOR_TEXT];

    event_cursor_write(id, text);
    json_lit(j, "id: ");
    json_raw(j, str_of(text));
    json_lit(j, "\nevent: ");
    json_raw(j, str_of(name));
    json_lit(j, "\ndata: ");
}

/* JSON texts of ours have no line ends in them. */
static void end(struct json *j)
{
    json_lit(j, "\n\n");
}

static void write_message(struct json *j, const struct message_item *item, struct event_place *p)
{
    if (item->created_at <= p->at.message)
        return;
    p->at.message = item->created_at;
    begin(j, "message", &p->at);
    message_view_write(j, item);
    end(j);
}

static void write_notice(struct json *j, struct look *look, const struct notice_page *page,
                         size_t i, struct event_place *p)
{
    struct json text = {.arena = j->arena};

    if (page->list.at[i].at <= p->at.message)
        return;
    p->at.message = page->list.at[i].at;
    if (!notice_page_write_one(&text, look, page, i))
        return;
    begin(j, "notification", &p->at);
    json_raw(j, json_str(&text));
    end(j);
}

/* Both have their times from one clock, so no two are the same. */
static void write_both(struct json *j, struct look *look, struct event_news *news,
                       struct event_place *p)
{
    const struct message_item_list *messages = &news->messages;
    const struct notice_item_list *notices = &news->notices.list;
    size_t m = 0, n = 0;

    while (m < messages->count || n < notices->count)
        if (n == notices->count ||
            (m < messages->count && messages->at[m].created_at < notices->at[n].at))
            write_message(j, &messages->at[m++], p);
        else
            write_notice(j, look, &news->notices, n++, p);
}

static void write_unread(struct json *j, const struct event_news *news, struct event_place *p)
{
    const struct notice_count_unread_resp *now = &news->unread;

    if (!news->with_unread)
        return;
    if (p->knows_unread && p->unread.messages == now->messages && p->unread.notices == now->notices)
        return;
    p->knows_unread = true;
    p->unread =
        (struct notice_count_unread_resp){.messages = now->messages, .notices = now->notices};
    begin(j, "unread", &p->at);
    json_lit(j, "{\"messages\":");
    json_int(j, now->messages);
    json_lit(j, ",\"notifications\":");
    json_int(j, now->notices);
    json_lit(j, "}");
    end(j);
}

static void write_video(struct json *j, const struct video_news *now, struct event_place *p)
{
    if (now->changed_at <= p->at.video)
        return;
    p->at.video = now->changed_at;
    begin(j, "processing", &p->at);
    json_lit(j, "{\"video_id\":");
    json_int(j, now->video_id);
    video_progress_write(j, now);
    json_lit(j, "}");
    end(j);
}

static void move_on(struct event_cursor *at, const struct event_cursor *to)
{
    at->message = to->message > at->message ? to->message : at->message;
    at->video = to->video > at->video ? to->video : at->video;
}

struct str event_news_write(struct look *look, struct event_news *news, struct str base_url,
                            struct event_place *place)
{
    struct json j = {.arena = look->c->arena};

    if (place->reset || news->too_many) {
        place->reset = false;
        move_on(&place->at, &news->up_to);
        begin(&j, "reset", &place->at);
        json_lit(&j, "null");
        end(&j);
    }
    news->notices.base = base_url;
    news->notices.videos.ext = true;
    write_both(&j, look, news, place);
    for (size_t i = 0; i < news->videos.count; i++)
        write_video(&j, &news->videos.at[i], place);
    move_on(&place->at, &news->up_to);
    write_unread(&j, news, place);
    return json_str(&j);
}
