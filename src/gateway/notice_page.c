/* Pages of notices: whom and what they name, asked for together; then written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "notice_page.h"

#include "comment_view.h"

static const char *const kind_names[] = {
    [NOTICE_LIKE] = "like",
    [NOTICE_COMMENT] = "comment",
    [NOTICE_FOLLOW] = "follow",
    [NOTICE_PROCESSING] = "processing",
};

/* One flag for each notice; 0, of those without a comment, nobody hides. */
static void want_hidden_comments(struct look *look, struct notice_page *page)
{
    size_t count = page->list.count;
    struct i64_list comments = {arena_array(look->c->arena, int64_t, count), count};

    for (size_t i = 0; i < count; i++)
        comments.at[i] = page->list.at[i].comment_id;
    page->hidden_comment = arena_array(look->c->arena, bool, count);
    look_hidden(look, RELATION_COMMENT, comments, page->hidden_comment);
}

static struct err *load_others(struct look *look, struct notice_page *page)
{
    struct arena *a = look->c->arena;
    struct i64_list actors = {0}, videos = {arena_array(a, int64_t, page->list.count), 0};
    size_t room = 0;

    for (size_t i = 0; i < page->list.count; i++)
        room += page->list.at[i].actors.count;
    actors.at = arena_array(a, int64_t, room);
    for (size_t i = 0; i < page->list.count; i++) {
        const struct notice_item *item = &page->list.at[i];

        for (size_t k = 0; k < item->actors.count; k++)
            actors.at[actors.count++] = item->actors.at[k];
        if (item->subject_id)
            videos.at[videos.count++] = item->subject_id;
    }
    page->hidden = arena_array(a, bool, actors.count);
    look_hidden(look, RELATION_USER, actors, page->hidden);
    want_hidden_comments(look, page);
    TRY(page_load_users(look, actors, &page->actors));
    return page_load_videos(look, videos, &page->videos);
}

/* What was said last, where it can be known. */
static struct err *load_comments(struct look *look, struct notice_page *page)
{
    struct comment_find_req req = {{arena_array(look->c->arena, int64_t, page->list.count), 0}};
    struct comment_find_resp found = {0};

    for (size_t i = 0; i < page->list.count; i++)
        if (page->list.at[i].comment_id)
            req.comment_ids.at[req.comment_ids.count++] = page->list.at[i].comment_id;
    if (req.comment_ids.count) {
        comment_find_start(look->g->deps.services.comment, look->c, &req, &found, &look->calls);
        look_optional(look, DEGRADED_COMMENTS);
        TRY(look_join(look));
    }
    page->comments = found.comments;
    return NULL;
}

struct err *notice_page_load(struct look *look, struct notice_page *page)
{
    TRY(load_others(look, page));
    return load_comments(look, page);
}

/* A notice of nobody who may be seen is none; one of a video that is gone is none either. */
static size_t shown_actors(const struct notice_page *page, size_t first, size_t count)
{
    size_t shown = 0;

    for (size_t i = first; i < first + count; i++)
        shown += page->actors.users[i].id && !page->hidden[i];
    return shown;
}

static const size_t NO_VIDEO = SIZE_MAX;

static size_t video_of(const struct notice_page *page, const struct notice_item *item)
{
    for (size_t i = 0; i < page->videos.ids.count; i++)
        if (page->videos.ids.at[i] == item->subject_id)
            return i;
    return NO_VIDEO;
}

static void write_actors(struct json *j, const struct notice_page *page, size_t first, size_t count,
                         struct str base)
{
    bool begun = false;

    json_lit(j, ",\"actors\":[");
    for (size_t i = first; i < first + count; i++) {
        if (!page->actors.users[i].id || page->hidden[i])
            continue;
        if (begun)
            json_lit(j, ",");
        begun = true;
        (void)page_write_user(j, &page->actors.users[i], base, page->actors.followed[i]);
        json_lit(j, "}");
    }
    json_lit(j, "]");
}

/* The comment is one of those who are named, and is not hidden; else it is left out. */
static void write_comment(struct json *j, struct look *look, const struct notice_page *page,
                          const struct notice_item *item, size_t first, struct str base)
{
    const struct comment_item *said = NULL;

    if (page->hidden_comment[item - page->list.at])
        return;
    for (size_t i = 0; i < page->comments.count && !said; i++)
        if (page->comments.at[i].id == item->comment_id && !page->comments.at[i].hidden_at)
            said = &page->comments.at[i];
    for (size_t i = first; said && i < first + item->actors.count; i++) {
        const struct user_view *user = &page->actors.users[i];
        struct comment_view view = {said, user, page->actors.followed[i]};

        if (user->id != said->user_id || page->hidden[i])
            continue;
        json_lit(j, ",\"comment\":");
        comment_view_write(j, look->c, look->g, view, base);
        return;
    }
}

static void write_notice(struct json *j, struct look *look, const struct notice_page *page,
                         const struct notice_item *item, size_t first)
{
    struct str base = page->base;
    size_t video = video_of(page, item);

    json_lit(j, "{\"id\":");
    json_int(j, item->id);
    json_lit(j, ",\"kind\":\"");
    json_raw(j, str_of(kind_names[item->kind]));
    json_lit(j, "\"");
    write_actors(j, page, first, item->actors.count, base);
    json_lit(j, ",\"count\":");
    json_int(j, item->count);
    if (video != NO_VIDEO) {
        json_lit(j, ",\"video\":");
        page_write_video(j, &page->videos, video, base, NULL);
        json_lit(j, "}");
    }
    write_comment(j, look, page, item, first, base);
    json_lit(j, ",\"at\":");
    json_int(j, item->at);
    json_lit(j, ",\"read\":");
    json_bool(j, item->is_read);
    json_lit(j, "}");
}

static bool is_shown(const struct notice_page *page, size_t i, size_t first)
{
    const struct notice_item *item = &page->list.at[i];

    return (!item->actors.count || shown_actors(page, first, item->actors.count)) &&
           (!item->subject_id || video_of(page, item) != NO_VIDEO);
}

bool notice_page_write_one(struct json *j, struct look *look, const struct notice_page *page,
                           size_t i)
{
    size_t first = 0;

    for (size_t k = 0; k < i; k++)
        first += page->list.at[k].actors.count;
    if (!is_shown(page, i, first))
        return false;
    write_notice(j, look, page, &page->list.at[i], first);
    return true;
}

void notice_page_write(struct json *j, struct look *look, const struct notice_page *page)
{
    size_t first = 0;
    bool begun = false;

    json_lit(j, ",\"list\":[");
    for (size_t i = 0; i < page->list.count; first += page->list.at[i++].actors.count) {
        if (!is_shown(page, i, first))
            continue;
        if (begun)
            json_lit(j, ",");
        begun = true;
        write_notice(j, look, page, &page->list.at[i], first);
    }
    json_lit(j, "]");
}
