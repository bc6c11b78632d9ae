/* The parts of a copy: each service's pages, written as people can read them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "export_parts.h"

#include "comment_api.h"
#include "favorite_api.h"
#include "message_api.h"
#include "relation_api.h"
#include "report_api.h"
#include "user_api.h"
#include "video_api.h"

enum { PAGE = 200 };

/* ---- writing ---- */

static void begin_item(struct export_copy *copy, struct json *j)
{
    json_raw(j, copy->items++ ? STR(",\n{") : STR("{"));
}

static void number(struct json *j, struct str name, int64_t value)
{
    json_raw(j, name);
    json_int(j, value);
}

static void text(struct json *j, struct str name, struct str value)
{
    json_raw(j, name);
    json_text(j, value);
}

static void address(struct export_copy *copy, struct ctx *c, struct json *j, struct str name,
                    struct str path)
{
    if (path.len)
        text(j, name, arena_str(c->arena, STR_FMT "/" STR_FMT, STR_ARG(copy->base), STR_ARG(path)));
}

static struct str below_media(struct ctx *c, struct str key)
{
    return key.len ? arena_str(c->arena, "media/" STR_FMT, STR_ARG(key)) : key;
}

/* Where the next page begins. */
static void go_on(struct export_copy *copy, size_t count, int64_t time, int64_t id)
{
    copy->more = count == PAGE;
    copy->time = time;
    copy->id = id;
}

/* ---- the account ---- */

static struct err *profile(struct export_copy *copy, struct ctx *c, struct json *j)
{
    const struct user_get_users_req ask = {{&copy->user, 1}};
    const struct user_get_settings_req settings = {copy->user};
    struct user_get_users_resp found = {0};
    struct user_get_settings_resp kept = {0};

    TRY(user_get_users(copy->to->users, c, &ask, &found));
    TRY(user_get_settings(copy->to->users, c, &settings, &kept));
    if (!found.users.count)
        return NULL;
    const struct user_profile *u = &found.users.at[0];

    begin_item(copy, j);
    number(j, STR("\"id\":"), u->id);
    text(j, STR(",\"name\":"), u->name);
    text(j, STR(",\"signature\":"), u->signature);
    address(copy, c, j, STR(",\"avatar\":"), u->avatar);
    address(copy, c, j, STR(",\"background\":"), u->background);
    number(j, STR(",\"follow_count\":"), u->follow_count);
    number(j, STR(",\"follower_count\":"), u->follower_count);
    number(j, STR(",\"total_favorited\":"), u->total_favorited);
    number(j, STR(",\"work_count\":"), u->work_count);
    number(j, STR(",\"favorite_count\":"), u->favorite_count);
    json_lit(j, ",\"settings\":");
    json_raw(j, kept.settings);
    json_lit(j, "}");
    return NULL;
}

static struct err *sessions(struct export_copy *copy, struct ctx *c, struct json *j)
{
    const struct user_list_logins_req ask = {copy->user};
    struct user_list_logins_resp found = {0};

    TRY(user_list_logins(copy->to->users, c, &ask, &found));
    for (size_t i = 0; i < found.logins.count; i++) {
        const struct user_login *login = &found.logins.at[i];

        begin_item(copy, j);
        number(j, STR("\"id\":"), login->id);
        text(j, STR(",\"agent\":"), login->agent);
        number(j, STR(",\"created_at\":"), login->began_at);
        number(j, STR(",\"last_seen\":"), login->seen_at);
        json_lit(j, "}");
    }
    return NULL;
}

static struct err *reports(struct export_copy *copy, struct ctx *c, struct json *j)
{
    static const char *const kinds[] = {"", "video", "comment", "user"};
    const struct report_list_by_req ask = {copy->user, PAGE, copy->time};
    struct report_list_resp found = {0};

    TRY(report_list_by(copy->to->reports, c, &ask, &found));
    for (size_t i = 0; i < found.reports.count; i++) {
        const struct report_item *r = &found.reports.at[i];

        begin_item(copy, j);
        text(j, STR("\"kind\":"), str_of(r->kind < COUNT(kinds) ? kinds[r->kind] : ""));
        number(j, STR(",\"of\":"), r->target_id);
        text(j, STR(",\"reason\":"), r->reason);
        text(j, STR(",\"text\":"), r->text);
        number(j, STR(",\"created_at\":"), r->created_at);
        json_lit(j, "}");
        go_on(copy, found.reports.count, r->created_at, 0);
    }
    return NULL;
}

/* ---- what was published, said and liked ---- */

static struct err *videos(struct export_copy *copy, struct ctx *c, struct json *j)
{
    const struct video_list_by_author_req ask = {.author_id = copy->user,
                                                 .all = true,
                                                 .limit = PAGE,
                                                 .before_time = copy->time,
                                                 .before_id = copy->id,
                                                 .with_items = true};
    struct video_list_resp found = {0};

    TRY(video_list_by_author(copy->to->videos, c, &ask, &found));
    for (size_t i = 0; i < found.items.count; i++) {
        const struct video_item *v = &found.items.at[i];

        begin_item(copy, j);
        number(j, STR("\"id\":"), v->id);
        text(j, STR(",\"title\":"), v->title);
        number(j, STR(",\"created_at\":"), v->created_at);
        number(j, STR(",\"bytes\":"), v->bytes);
        number(j, STR(",\"width\":"), v->media->width);
        number(j, STR(",\"height\":"), v->media->height);
        number(j, STR(",\"duration_ms\":"), v->media->duration_ms);
        number(j, STR(",\"favorite_count\":"), v->favorite_count);
        number(j, STR(",\"comment_count\":"), v->comment_count);
        address(copy, c, j, STR(",\"file\":"), below_media(c, v->media->play));
        address(copy, c, j, STR(",\"cover\":"), below_media(c, v->media->cover));
        json_lit(j, "}");
        go_on(copy, found.items.count, v->created_at, v->id);
    }
    return NULL;
}

static struct err *comments(struct export_copy *copy, struct ctx *c, struct json *j)
{
    const struct comment_list_by_req ask = {copy->user, PAGE, copy->time, copy->id};
    struct comment_list_by_resp found = {0};

    TRY(comment_list_by(copy->to->comments, c, &ask, &found));
    for (size_t i = 0; i < found.comments.count; i++) {
        const struct comment_item *item = &found.comments.at[i];

        begin_item(copy, j);
        number(j, STR("\"id\":"), item->id);
        number(j, STR(",\"video_id\":"), item->video_id);
        text(j, STR(",\"text\":"), item->text);
        number(j, STR(",\"created_at\":"), item->created_at);
        json_lit(j, "}");
        go_on(copy, found.comments.count, item->created_at, item->id);
    }
    return NULL;
}

static struct err *likes(struct export_copy *copy, struct ctx *c, struct json *j)
{
    const struct favorite_list_all_req ask = {copy->user, copy->id, PAGE};
    struct favorite_list_all_resp found = {0};

    TRY(favorite_list_all(copy->to->favorites, c, &ask, &found));
    for (size_t i = 0; i < found.marks.count; i++) {
        const struct favorite_mark *mark = &found.marks.at[i];

        begin_item(copy, j);
        number(j, STR("\"video_id\":"), mark->video_id);
        number(j, STR(",\"created_at\":"), mark->created_at);
        json_lit(j, "}");
        go_on(copy, found.marks.count, 0, mark->video_id);
    }
    return NULL;
}

/* ---- people ---- */

typedef struct err *lister(struct relation_api *api, struct ctx *c,
                           const struct relation_list_req *req, struct relation_list_resp *resp);

static struct err *people(struct export_copy *copy, struct ctx *c, struct json *j, lister *list)
{
    const struct relation_list_req ask = {copy->user, PAGE, copy->time, copy->id};
    struct relation_list_resp found = {0};

    TRY(list(copy->to->relations, c, &ask, &found));
    for (size_t i = 0; i < found.user_ids.count; i++) {
        begin_item(copy, j);
        number(j, STR("\"user_id\":"), found.user_ids.at[i]);
        number(j, STR(",\"created_at\":"), found.times.at[i]);
        json_lit(j, "}");
        go_on(copy, found.user_ids.count, found.times.at[i], found.user_ids.at[i]);
    }
    return NULL;
}

static struct err *following(struct export_copy *copy, struct ctx *c, struct json *j)
{
    return people(copy, c, j, relation_list_following);
}

static struct err *followers(struct export_copy *copy, struct ctx *c, struct json *j)
{
    return people(copy, c, j, relation_list_followers);
}

static struct err *blocked(struct export_copy *copy, struct ctx *c, struct json *j)
{
    return people(copy, c, j, relation_list_blocked);
}

/* ---- what was written to them ---- */

/* What others wrote is theirs: it is in their copies. */
static void write_own(struct export_copy *copy, struct json *j, const struct message_item_list *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct message_item *m = &all->at[i];

        if (m->from_id != copy->user)
            continue;
        begin_item(copy, j);
        number(j, STR("\"id\":"), m->id);
        number(j, STR(",\"to_user_id\":"), m->to_id);
        text(j, STR(",\"content\":"), m->content);
        number(j, STR(",\"created_at\":"), m->created_at);
        json_lit(j, "}");
    }
}

/* id: of the peer whose conversation is over; time: how far that of the next one has come. */
static struct err *messages(struct export_copy *copy, struct ctx *c, struct json *j)
{
    const struct message_list_peers_req next = {copy->user, copy->id, 1};
    struct message_list_peers_resp peer = {0};
    struct message_list_resp found = {0};

    TRY(message_list_peers(copy->to->messages, c, &next, &peer));
    copy->more = peer.peer_ids.count > 0;
    if (!copy->more)
        return NULL;
    const struct message_list_before_req ask = {copy->user, peer.peer_ids.at[0], copy->time, PAGE};

    TRY(message_list_before(copy->to->messages, c, &ask, &found));
    write_own(copy, j, &found.messages);
    if (found.messages.count == PAGE) {
        copy->time = found.messages.at[PAGE - 1].created_at;
    } else {
        copy->time = 0;
        copy->id = peer.peer_ids.at[0];
    }
    return NULL;
}

const struct export_part export_parts[] = {
    {"profile.json", profile},     {"sessions.json", sessions}, {"videos.json", videos},
    {"comments.json", comments},   {"likes.json", likes},       {"following.json", following},
    {"followers.json", followers}, {"blocked.json", blocked},   {"messages.json", messages},
    {"reports.json", reports},
};
const size_t export_part_count = COUNT(export_parts);
