/* Looks: wants are noted, and answered by the near cache or from what a round brings. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "look_round.h"

#include <stdlib.h>

#include "browser_login.h"

struct look *look_begin(struct gateway *g, struct ctx *c, const struct http_req *req)
{
    struct look *look = req->admission;

    if (look)
        return look;
    look = arena_new(c->arena, struct look);
    look->g = g;
    look->c = c;
    return look;
}

static struct look *look_unconfirmed(struct gateway *g, struct ctx *c)
{
    struct look *look = arena_new(c->arena, struct look);

    look->g = g;
    look->c = c;
    look->session.open = true;
    return look;
}

struct look *look_at_session(struct gateway *g, struct ctx *c, const struct token_claims *claims,
                             bool lenient)
{
    struct look *look = look_unconfirmed(g, c);

    look->session.claims = *claims;
    look->session.lenient = look->session.doubtful = lenient;
    return look;
}

struct look *look_at_login(struct gateway *g, struct ctx *c,
                           const struct user_find_login_req *login, int access)
{
    struct look *look = look_unconfirmed(g, c);

    look->session.login = *login;
    look->session.lenient = access != ACCESS_SIGNED_IN;
    look->session.doubtful = access == ACCESS_LENIENT;
    return look;
}

void look_confirm_later(struct look *look)
{
    look->session.later = look->session.open;
}

void look_end(struct look **look)
{
    calls_end(&(*look)->calls);
    (*look)->count = 0;
    memset((*look)->optional, 0, sizeof((*look)->optional));
}

/* ---- wanting ---- */

static void note(struct look *look, struct err *e)
{
    if (!look->err)
        look->err = e;
}

static void want(struct look *look, struct want one)
{
    if (!one.ids.count)
        return;
    if (look->count == LOOK_WANTS_MAX)
        abort();
    look->wants[look->count++] = one;
}

static struct i64_list just(struct look *look, int64_t id)
{
    int64_t *at = arena_new(look->c->arena, int64_t);

    *at = id;
    return (struct i64_list){at, 1};
}

void look_users(struct look *look, struct i64_list ids, bool needed, struct user_view *out)
{
    if (look_is_local(look))
        note(look, near_users(look->g->near, look->c, ids, out));
    else
        want(look, (struct want){.kind = WANT_USERS, .needed = needed, .ids = ids, .out = out});
}

void look_videos(struct look *look, struct i64_list ids, struct video_view *out)
{
    if (look_is_local(look))
        note(look, near_videos(look->g->near, look->c, ids, out));
    else
        want(look, (struct want){.kind = WANT_VIDEOS, .needed = true, .ids = ids, .out = out});
}

/* A viewer who is nobody likes and follows nothing. */
static void want_flags(struct look *look, enum want_kind kind, struct i64_list ids, bool *out)
{
    memset(out, 0, ids.count * sizeof(*out));
    if (look->c->user_id)
        want(look, (struct want){.kind = kind, .ids = ids, .out = out});
}

void look_liked(struct look *look, struct i64_list ids, bool *out)
{
    if (look_is_local(look))
        note(look, near_liked(look->g->near, look->c, look->c->user_id, ids, out));
    else
        want_flags(look, WANT_LIKED, ids, out);
}

void look_followed(struct look *look, struct i64_list ids, bool *out)
{
    if (look_is_local(look))
        note(look, near_followed(look->g->near, look->c, look->c->user_id, ids, out));
    else
        want_flags(look, WANT_FOLLOWED, ids, out);
}

void look_hidden(struct look *look, enum relation_kind kind, struct i64_list ids, bool *out)
{
    if (look_is_local(look)) {
        note(look, near_hidden(look->g->near, look->c, look->c->user_id, kind, ids, out));
        return;
    }
    memset(out, 0, ids.count * sizeof(*out));
    if (look->c->user_id)
        want(look, (struct want){.kind = WANT_HIDDEN, .hidden = kind, .ids = ids, .out = out});
}

void look_chat(struct look *look, int64_t peer, struct message_state *out)
{
    struct message_get_state_req req = {look->c->user_id, peer};

    if (look_is_local(look))
        note(look, near_chat(look->g->near, look->c, look->c->user_id, peer, out));
    else
        message_get_state_start(look->g->deps.services.message, look->c, &req, out, &look->calls);
}

static struct err *no_user(struct ctx *c)
{
    return err_reason(c, ERR_NOT_FOUND, "user_not_found", "no such user");
}

static struct err *no_video(struct ctx *c)
{
    return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no such video");
}

static struct err *require_near_user(struct look *look, int64_t id)
{
    int64_t session = 0;

    TRY(near_session(look->g->near, look->c, id, &session));
    return session ? NULL : no_user(look->c);
}

void look_require_user(struct look *look, int64_t id)
{
    if (look_is_local(look))
        note(look, require_near_user(look, id));
    else
        want(look, (struct want){.kind = WANT_REQUIRED_USER, .ids = just(look, id)});
}

static struct err *require_near_video(struct look *look, int64_t id, int64_t *author)
{
    struct video_view view;

    TRY(near_videos(look->g->near, look->c, (struct i64_list){&id, 1}, &view));
    bool there = view.id && (view.shown || view.author_id == look->c->user_id);

    *author = view.author_id;
    return there ? NULL : no_video(look->c);
}

void look_require_video(struct look *look, int64_t id, int64_t *author)
{
    *author = 0;
    if (look_is_local(look))
        note(look, require_near_video(look, id, author));
    else
        want(look,
             (struct want){.kind = WANT_REQUIRED_VIDEO, .ids = just(look, id), .out = author});
}

static struct err *require_near_author(struct look *look, int64_t author)
{
    int64_t session = 0;

    TRY(near_session(look->g->near, look->c, author, &session));
    return session ? NULL : no_video(look->c);
}

void look_require_author(struct look *look, int64_t author)
{
    if (!author)
        return;
    if (look_is_local(look))
        note(look, require_near_author(look, author));
    else
        want(look, (struct want){.kind = WANT_REQUIRED_AUTHOR, .ids = just(look, author)});
}

void look_optional(struct look *look, enum degraded_part part)
{
    look->optional[look->calls.count - 1] = true;
    look->part[look->calls.count - 1] = part;
}

/* ---- answering ---- */

static void went_without(struct look *look, enum degraded_part part, const struct err *e)
{
    degraded_note(&look->g->degraded, look->c, part, e);
}

static struct err *bad_session(struct look *look)
{
    look->c->user_id = 0;
    return look->session.lenient
               ? NULL
               : err_reason(look->c, ERR_UNAUTHENTICATED, "bad_token", "please log in");
}

static bool session_holds(const struct look_round *r)
{
    struct look *look = r->look;
    const struct token_claims *claims = &look->session.claims;

    if (look->session.login.id) {
        look->session.found = r->found_login;
        return browser_login_holds(&r->found_login, look->g->options.token_ttl_s);
    }
    const struct user_profile *user = look_round_user(r, claims->user_id);

    return user && user->session == claims->session;
}

/* Who asks comes first: nothing is said to somebody who is not he. */
static struct err *confirm_session(struct look_round *r)
{
    struct look *look = r->look;

    if (look->session.later) {
        look->session.later = false;
        return NULL;
    }
    if (!look->session.open)
        return NULL;
    struct err *e = look->session.login.id ? r->login_call->err : r->users_call->err;

    look->session.open = false;
    if (e && !(look->session.doubtful && degraded_may(e))) {
        look->c->user_id = 0;
        return e;
    }
    if (e) {
        went_without(look, DEGRADED_SESSION, e);
        return bad_session(look);
    }
    return session_holds(r) ? NULL : bad_session(look);
}

static struct err *answer_users(struct look_round *r, const struct want *w)
{
    struct err *e = r->users_call->err;
    struct user_view *out = w->out;
    struct arena *a = r->look->c->arena;

    if (e && (w->needed || !degraded_may(e)))
        return e;
    if (e)
        went_without(r->look, DEGRADED_USERS, e);
    for (size_t i = 0; i < w->ids.count; i++) {
        const struct user_profile *user = look_round_user(r, w->ids.at[i]);

        if (e)
            out[i] = view_of_unknown(a, w->ids.at[i]);
        else
            out[i] = user ? view_of_user(a, user) : (struct user_view){0};
    }
    return NULL;
}

static struct err *answer_videos(struct look_round *r, const struct want *w)
{
    struct video_view *out = w->out;

    TRY(r->videos_call->err);
    for (size_t i = 0; i < w->ids.count; i++) {
        const struct video_item *video = look_round_video(r, w->ids.at[i]);

        out[i] = video ? view_of_video(r->look->c->arena, video) : (struct video_view){0};
    }
    return NULL;
}

/* When nobody can say, it is taken to be there: what it has is asked from others. */
static struct err *answer_required(struct look_round *r, struct err *e, bool there,
                                   struct err *(*missing)(struct ctx *c))
{
    if (!e)
        return there ? NULL : missing(r->look->c);
    if (!degraded_may(e))
        return e;
    went_without(r->look, DEGRADED_EXISTS, e);
    return NULL;
}

static struct err *answer_flags(struct look_round *r, const struct want *w)
{
    bool likes = w->kind == WANT_LIKED;
    struct err *e = likes ? r->liked_call->err : r->followed_call->err;
    struct i64_list asked = likes ? r->liked : r->followed;
    struct bool_list found = likes ? r->found_liked.liked : r->found_followed.followed;

    if (!r->look->c->user_id) /* the session was a bad one */
        return NULL;
    if (e && !degraded_may(e))
        return e;
    if (e) {
        went_without(r->look, likes ? DEGRADED_LIKED : DEGRADED_FOLLOWED, e);
        return NULL;
    }
    for (size_t i = 0; i < w->ids.count; i++)
        ((bool *)w->out)[i] = look_round_flag(asked, found, w->ids.at[i]);
    return NULL;
}

static struct err *answer_video(struct look_round *r, const struct want *w)
{
    const struct video_item *video = look_round_video(r, w->ids.at[0]);
    bool there = video && (video->shown || video->author_id == r->look->c->user_id);

    if (there)
        *(int64_t *)w->out = video->author_id;
    return answer_required(r, r->videos_call->err, there, no_video);
}

static struct err *answer_hidden(struct look_round *r, const struct want *w)
{
    const struct relation_hidden *hidden = r->found_followed.hidden;
    struct err *e = r->followed_call->err;

    if (!r->look->c->user_id)
        return NULL;
    if (e && !degraded_may(e))
        return e;
    if (e) {
        went_without(r->look, DEGRADED_HIDDEN, e);
        return NULL;
    }
    for (size_t i = 0; hidden && i < w->ids.count; i++)
        ((bool *)w->out)[i] = look_round_hides(hidden, w->hidden, w->ids.at[i]);
    return NULL;
}

static struct err *answer(struct look_round *r, const struct want *w)
{
    switch (w->kind) {
    case WANT_USERS:
        return answer_users(r, w);
    case WANT_REQUIRED_USER:
        return answer_required(r, r->users_call->err, look_round_user(r, w->ids.at[0]) != NULL,
                               no_user);
    case WANT_VIDEOS:
        return answer_videos(r, w);
    case WANT_REQUIRED_VIDEO:
        return answer_video(r, w);
    case WANT_REQUIRED_AUTHOR:
        return answer_required(r, r->users_call->err, look_round_user(r, w->ids.at[0]) != NULL,
                               no_video);
    case WANT_HIDDEN:
        return answer_hidden(r, w);
    default:
        return answer_flags(r, w);
    }
}

/* What is required tells more than what was found of a thing that is not there. */
static struct err *answer_wants(struct look_round *r, bool required)
{
    const struct look *look = r->look;

    for (size_t i = 0; i < look->count; i++) {
        enum want_kind kind = look->wants[i].kind;

        if ((kind == WANT_REQUIRED_USER || kind == WANT_REQUIRED_VIDEO ||
             kind == WANT_REQUIRED_AUTHOR) == required)
            TRY(answer(r, &look->wants[i]));
    }
    return NULL;
}

static struct err *answer_calls(struct look *look, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct err *e = look->calls.at[i].err;

        if (e && !(look->optional[i] && degraded_may(e)))
            return e;
        if (e)
            went_without(look, look->part[i], e);
    }
    return NULL;
}

static struct err *answer_all(struct look_round *r, size_t own)
{
    TRY(confirm_session(r));
    TRY(r->look->err);
    TRY(answer_wants(r, true));
    TRY(answer_calls(r->look, own));
    return answer_wants(r, false);
}

struct err *look_join(struct look *look)
{
    static const struct call none;
    struct look_round r = {.look = look,
                           .users_call = &none,
                           .videos_call = &none,
                           .login_call = &none,
                           .liked_call = &none,
                           .followed_call = &none};
    size_t own = look->calls.count;

    if (!look_is_local(look))
        look_round_start(&r);
    calls_end(&look->calls);
    struct err *e = answer_all(&r, own);

    look->err = NULL;
    look_end(&look);
    return e;
}
