/* Pages: one batched look-up for each kind of thing, whatever the length of the list. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include "envelope.h"

struct err *page_load_users(struct look *look, struct i64_list ids, struct user_page *out)
{
    struct arena *a = look->c->arena;

    *out = (struct user_page){
        .ids = ids,
        .users = arena_array(a, struct user_view, ids.count),
        .followed = arena_array(a, bool, ids.count),
    };
    look_users(look, ids, true, out->users);
    look_followed(look, ids, out->followed);
    return look_join(look);
}

/* Leaves in the page what may be seen; lists that are not there yet stay so. */
static bool is_visible(const struct video_page *page, size_t i, int64_t viewer)
{
    const struct video_view *v = &page->videos[i];

    if (!v->id || (!v->shown && v->author_id != viewer))
        return false;
    /* Who is gone, or has closed his account, has taken his videos along. */
    return !page->users || (page->users[i].id && !page->hidden_video[i] && !page->hidden_author[i]);
}

static void keep_visible(struct video_page *page, int64_t viewer)
{
    size_t kept = 0;

    for (size_t i = 0; i < page->ids.count; i++) {
        const struct video_view *v = &page->videos[i];

        if (!is_visible(page, i, viewer))
            continue;
        page->videos[kept] = *v;
        page->ids.at[kept] = v->id;
        page->authors.at[kept] = v->author_id;
        if (page->users) {
            page->users[kept] = page->users[i];
            page->followed[kept] = page->followed[i];
            page->liked[kept] = page->liked[i];
        }
        kept++;
    }
    page->ids.count = page->authors.count = kept;
}

static void begin(struct look *look, struct i64_list ids, struct video_page *page)
{
    struct arena *a = look->c->arena;

    *page = (struct video_page){
        .ids = {arena_array(a, int64_t, ids.count), ids.count},
        .authors = {arena_array(a, int64_t, ids.count), ids.count},
        .videos = arena_array(a, struct video_view, ids.count),
    };
    if (ids.count)
        memcpy(page->ids.at, ids.at, ids.count * sizeof(*ids.at));
}

/* What is shown around them, and what of them is. */
static struct err *load_rest(struct look *look, struct video_page *page)
{
    struct arena *a = look->c->arena;
    size_t count = page->ids.count;

    page->users = arena_array(a, struct user_view, count);
    page->followed = arena_array(a, bool, count);
    page->liked = arena_array(a, bool, count);
    look_users(look, page->authors, false, page->users);
    look_followed(look, page->authors, page->followed);
    look_liked(look, page->ids, page->liked);
    page->hidden_video = arena_array(a, bool, count);
    page->hidden_author = arena_array(a, bool, count);
    look_hidden(look, RELATION_VIDEO, page->ids, page->hidden_video);
    look_hidden(look, RELATION_USER, page->authors, page->hidden_author);
    TRY(look_join(look));
    keep_visible(page, look->c->user_id);
    return NULL;
}

struct err *page_load_videos(struct look *look, struct i64_list ids, struct video_page *out)
{
    begin(look, ids, out);
    look_videos(look, ids, out->videos);
    TRY(look_join(look));
    keep_visible(out, look->c->user_id);
    return load_rest(look, out);
}

struct err *page_load_items(struct look *look, struct video_item_list items, struct video_page *out)
{
    struct i64_list ids = {arena_array(look->c->arena, int64_t, items.count), items.count};

    for (size_t i = 0; i < items.count; i++)
        ids.at[i] = items.at[i].id;
    begin(look, ids, out);
    for (size_t i = 0; i < items.count; i++)
        out->videos[i] = view_of_video(look->c->arena, &items.at[i]);
    keep_visible(out, look->c->user_id);
    return load_rest(look, out);
}

struct err *page_load_made(struct look *look, struct i64_list ids, struct i64_list authors,
                           struct video_page *out)
{
    begin(look, ids, out);
    if (ids.count)
        memcpy(out->authors.at, authors.at, ids.count * sizeof(*authors.at));
    look_videos(look, ids, out->videos);
    return load_rest(look, out);
}

static void write_count(struct json *j, struct str name, int64_t value)
{
    json_raw(j, name);
    json_int(j, value);
}

static size_t length(const struct json *j)
{
    return json_str(j).len;
}

size_t page_write_user(struct json *j, const struct user_view *u, struct str base, bool followed)
{
    json_raw(j, u->piece[0]);
    json_raw(j, base);
    json_raw(j, u->piece[1]);
    json_raw(j, base);
    json_raw(j, u->piece[2]);
    size_t flag = length(j);

    json_flag(j, followed);
    write_count(j, STR(",\"follow_count\":"), u->follows);
    write_count(j, STR(",\"follower_count\":"), u->followers);
    write_count(j, STR(",\"total_favorited\":"), u->favorited);
    write_count(j, STR(",\"work_count\":"), u->works);
    write_count(j, STR(",\"favorite_count\":"), u->favorites);
    return flag;
}

/* ---- what ext=1 adds ---- */

bool page_wants_ext(const struct http_req *req)
{
    return str_eq(http_param(req, STR("ext")), STR("1"));
}

static void write_file(struct json *j, struct str name, struct str base, struct str key)
{
    if (!key.len)
        return;
    json_raw(j, name);
    json_raw(j, base);
    json_lit(j, "/media/");
    json_raw(j, key);
    json_lit(j, "\"");
}

const char *page_state(enum video_state state)
{
    static const char *const states[] = {
        [VIDEO_PENDING] = "processing",
        [VIDEO_PROCESSING] = "processing",
        [VIDEO_READY] = "ready",
        [VIDEO_FAILED] = "failed",
    };

    return states[state];
}

static void write_ext(struct json *j, const struct video_view *v, struct str base)
{
    struct str color = v->piece[VIEW_VIDEO_COLOR];

    write_count(j, STR(",\"ext\":{\"width\":"), v->width);
    write_count(j, STR(",\"height\":"), v->height);
    write_count(j, STR(",\"duration_ms\":"), v->duration_ms);
    write_count(j, STR(",\"created_at\":"), v->created_at);
    json_lit(j, ",\"color\":\"#");
    json_raw(j, color.len ? color : STR("000000"));
    json_lit(j, "\",\"state\":\"");
    json_raw(j, str_of(page_state(v->state)));
    json_lit(j, "\",\"playable\":");
    json_bool(j, v->playable);
    write_file(j, STR(",\"hls_url\":\""), base, v->piece[VIEW_VIDEO_HLS]);
    write_file(j, STR(",\"cover_webp\":\""), base, v->piece[VIEW_VIDEO_WEBP]);
    json_lit(j, "}");
}

/* ---- writing ---- */

void page_write_video(struct json *j, const struct video_page *page, size_t i, struct str base,
                      struct page_flags *flags)
{
    const struct video_view *v = &page->videos[i];

    json_raw(j, v->piece[0]);
    size_t followed = page_write_user(j, &page->users[i], base, page->followed[i]);

    json_lit(j, "}");
    json_raw(j, v->piece[1]);
    json_raw(j, base);
    json_raw(j, v->piece[2]);
    json_raw(j, base);
    json_raw(j, v->piece[3]);
    if (flags)
        *flags = (struct page_flags){followed, length(j)};
    json_flag(j, page->liked[i]);
    write_count(j, STR(",\"favorite_count\":"), v->favorites);
    write_count(j, STR(",\"comment_count\":"), v->comments);
    if (page->ext)
        write_ext(j, v, base);
}

void page_write_videos(struct json *j, const struct video_page *page, struct str base,
                       struct page_flags *flags)
{
    json_lit(j, "[");
    for (size_t i = 0; i < page->ids.count; i++) {
        if (i)
            json_lit(j, ",");
        page_write_video(j, page, i, base, flags ? &flags[i] : NULL);
        json_lit(j, "}");
    }
    json_lit(j, "]");
}

void page_answer_videos(struct look *look, const struct http_req *req, const struct window *w,
                        struct video_page *page, struct http_reply *reply)
{
    struct json j = envelope_begin(look->c);

    page->ext = page_wants_ext(req);
    json_lit(&j, ",\"video_list\":");
    page_write_videos(&j, page, gateway_base_url(look->g, look->c, req), NULL);
    window_end(w, &j, reply);
}
