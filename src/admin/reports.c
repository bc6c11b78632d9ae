/* What is reported is hidden where it lies first, then the deed is written down. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "reports.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "comment_api.h"
#include "report_api.h"
#include "text_rules.h"
#include "text_table.h"
#include "user_api.h"
#include "video_api.h"

static const char *const heads[] = {">report", "state",     "about",    "reason",
                                    "words",   ">reporter", "reported", NULL};
static const char *const kind_names[] = {
    [REPORT_OF_VIDEO] = "video", [REPORT_OF_COMMENT] = "comment", [REPORT_OF_USER] = "user"};
static const char *const state_names[] = {
    [REPORT_OPEN] = "open", [REPORT_HIDDEN] = "hidden", [REPORT_DISMISSED] = "dismissed"};
static const char *const deed_names[] = {
    [REPORT_HIDE] = "hidden", [REPORT_RESTORE] = "restored", [REPORT_DISMISS] = "dismissed"};

static const char *name_of(const char *const *names, size_t count, size_t i)
{
    return i < count && names[i] ? names[i] : "?";
}
#define NAME(names, i) name_of((names), COUNT(names), (size_t)(i))

static struct str about(struct ctx *c, const struct report_item *r)
{
    return arena_str(c->arena, "%s %" PRId64, NAME(kind_names, r->kind), r->target_id);
}

/* ---- looking ---- */

static struct err *list(const struct admin *a, struct ctx *c, const struct reports_order *o)
{
    struct report_list_req req = {o->all, o->limit};
    struct report_list_resp found = {0};
    struct text_table table;

    TRY(report_list(a->reports, c, &req, &found));
    text_table_init(&table, c->arena, heads);
    for (size_t i = 0; i < found.reports.count; i++) {
        const struct report_item *r = &found.reports.at[i];
        const struct str cells[] = {
            text_table_number(c->arena, r->id),
            str_of(NAME(state_names, r->state)),
            about(c, r),
            r->reason,
            r->text.len ? r->text : STR("-"),
            text_table_number(c->arena, r->reporter_id),
            text_table_time(c->arena, r->created_at),
        };

        text_table_row(&table, cells);
    }
    text_table_print(&table, a->out);
    return NULL;
}

static void print(const struct admin *a, struct ctx *c, const char *name, struct str text)
{
    struct str plain = text_table_plain(c->arena, text);

    (void)fprintf(a->out, "%-10s" STR_FMT "\n", name, STR_ARG(plain));
}

static struct err *show_video(const struct admin *a, struct ctx *c, int64_t id)
{
    struct video_get_videos_req req = {.ids = {&id, 1}};
    struct video_get_videos_resp found = {0};

    TRY(video_get_videos(a->videos, c, &req, &found));
    if (!found.videos.count) {
        print(a, c, "is", STR("gone"));
        return NULL;
    }
    const struct video_item *v = &found.videos.at[0];

    print(a, c, "title", v->title);
    print(a, c, "author", text_table_number(c->arena, v->author_id));
    print(a, c, "hidden", v->hidden_at ? text_table_time(c->arena, v->hidden_at) : STR("no"));
    return NULL;
}

static struct err *show_comment(const struct admin *a, struct ctx *c, int64_t id)
{
    struct comment_find_req req = {{&id, 1}};
    struct comment_find_resp found = {0};

    TRY(comment_find(a->comments, c, &req, &found));
    if (!found.comments.count) {
        print(a, c, "is", STR("gone"));
        return NULL;
    }
    const struct comment_item *item = &found.comments.at[0];

    print(a, c, "text", item->text);
    print(a, c, "author", text_table_number(c->arena, item->user_id));
    print(a, c, "video", text_table_number(c->arena, item->video_id));
    print(a, c, "hidden", item->hidden_at ? text_table_time(c->arena, item->hidden_at) : STR("no"));
    return NULL;
}

static struct err *show_user(const struct admin *a, struct ctx *c, int64_t id)
{
    struct user_get_users_req req = {.ids = {&id, 1}};
    struct user_get_users_resp found = {0};

    TRY(user_get_users(a->users, c, &req, &found));
    print(a, c, "name", found.users.count ? found.users.at[0].name : STR("gone"));
    if (found.users.count)
        print(a, c, "banned", found.users.at[0].banned_at ? STR("yes") : STR("no"));
    return NULL;
}

static void show_act(const struct admin *a, struct ctx *c, const struct report_act *act)
{
    print(a, c, NAME(deed_names, act->deed),
          arena_str(c->arena, STR_FMT " by " STR_FMT "%s" STR_FMT,
                    STR_ARG(text_table_time(c->arena, act->at)), STR_ARG(act->by),
                    act->note.len ? ": " : "", STR_ARG(act->note)));
}

static struct err *show(const struct admin *a, struct ctx *c, int64_t id)
{
    static struct err *(*const shows[])(const struct admin *a, struct ctx *c, int64_t id) = {
        [REPORT_OF_VIDEO] = show_video,
        [REPORT_OF_COMMENT] = show_comment,
        [REPORT_OF_USER] = show_user,
    };
    struct report_get_req req = {id};
    struct report_get_resp found = {0};

    TRY(report_get(a->reports, c, &req, &found));
    const struct report_item *r = found.report;

    print(a, c, "about", about(c, r));
    if ((size_t)r->kind < COUNT(shows) && shows[r->kind])
        TRY(shows[r->kind](a, c, r->target_id));
    print(a, c, "state", str_of(NAME(state_names, r->state)));
    print(a, c, "reason", r->reason);
    print(a, c, "words", r->text.len ? r->text : STR("-"));
    print(a, c, "reporter", text_table_number(c->arena, r->reporter_id));
    print(a, c, "reported", text_table_time(c->arena, r->created_at));
    print(a, c, "others", text_table_number(c->arena, found.others));
    for (size_t i = 0; i < found.acts.count; i++)
        show_act(a, c, &found.acts.at[i]);
    return NULL;
}

/* ---- doing ---- */

static struct err *hide_video(const struct admin *a, struct ctx *c, int64_t id, bool hidden,
                              struct str reason)
{
    struct video_set_hidden_req req = {id, hidden, reason};
    struct video_set_hidden_resp done;

    return video_set_hidden(a->videos, c, &req, &done);
}

static struct err *hide_comment(const struct admin *a, struct ctx *c, int64_t id, bool hidden)
{
    struct comment_set_hidden_req req = {id, hidden};
    struct comment_set_hidden_resp done;

    return comment_set_hidden(a->comments, c, &req, &done);
}

static struct err *set_hidden(const struct admin *a, struct ctx *c, const struct report_item *r,
                              bool hidden, struct str reason)
{
    switch (r->kind) {
    case REPORT_OF_VIDEO:
        return hide_video(a, c, r->target_id, hidden, reason);
    case REPORT_OF_COMMENT:
        return hide_comment(a, c, r->target_id, hidden);
    default:
        return err_new(c, ERR_INVALID,
                       "a person is not hidden: `duan admin ban id:%" PRId64
                       "` keeps him out, and `dismiss` settles the report",
                       r->target_id);
    }
}

/* Whoever is at the keyboard, also behind sudo. */
static struct str operator(struct ctx *c)
{
    const char *behind = getenv("SUDO_USER");
    const struct passwd *me = getpwuid(getuid());
    const char *name = behind && *behind ? behind : me ? me->pw_name : "";

    return *name ? arena_copy(c->arena, str_of(name))
                 : arena_str(c->arena, "user %lu", (unsigned long)getuid());
}

static struct err *settle(const struct admin *a, struct ctx *c, int64_t id, enum report_deed deed,
                          struct str reason)
{
    struct report_get_req by = {id};
    struct report_get_resp found = {0};
    struct report_settle_req req = {id, deed, reason, operator(c)};
    struct report_settle_resp done = {0};

    TRY(text_rules_check_deed(c, reason, req.by));
    TRY(report_get(a->reports, c, &by, &found));
    if (deed != REPORT_DISMISS)
        TRY(set_hidden(a, c, found.report, deed == REPORT_HIDE, reason));
    TRY(report_settle(a->reports, c, &req, &done));
    (void)fprintf(a->out, "Report %" PRId64 " of " STR_FMT " is settled: %s.\n", id,
                  STR_ARG(about(c, done.report)), NAME(deed_names, deed));
    return NULL;
}

static const struct {
    struct str name;
    enum report_deed deed; /* REPORT_NO_DEED: it is shown */
} deeds[] = {
    {STR_INIT("show"), REPORT_NO_DEED},
    {STR_INIT("hide"), REPORT_HIDE},
    {STR_INIT("restore"), REPORT_RESTORE},
    {STR_INIT("dismiss"), REPORT_DISMISS},
};

static struct err *do_with_one(const struct admin *a, struct ctx *c, enum report_deed deed,
                               const struct reports_order *o)
{
    int64_t id;

    if (!str_to_i64(o->id, &id) || id <= 0)
        return err_new(c, ERR_INVALID, "\"" STR_FMT "\" is not the id of a report", STR_ARG(o->id));
    return deed ? settle(a, c, id, deed, o->reason) : show(a, c, id);
}

struct err *reports_do(const struct admin *a, struct ctx *c, const struct reports_order *o)
{
    if (str_eq(o->what, STR("list")))
        return list(a, c, o);
    for (size_t i = 0; i < COUNT(deeds); i++)
        if (str_eq(deeds[i].name, o->what))
            return do_with_one(a, c, deeds[i].deed, o);
    return err_new(c, ERR_INVALID,
                   "\"" STR_FMT "\" is nothing to do with reports: list, show, hide, restore or"
                   " dismiss",
                   STR_ARG(o->what));
}
