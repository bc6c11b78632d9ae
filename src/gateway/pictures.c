/* Pictures of profiles: inspect by making anew, store, tell the user service, forget the old one.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pictures.h"

#include <inttypes.h>

#include "blob.h"
#include "inspection.h"
#include "log.h"
#include "media_key.h"
#include "uploads.h"

enum { PICTURE_CPU_S = 10, PICTURE_FILE_MB = 4 /* what is made is far smaller */ };

#define SCRATCH "picture-" /* and the account, and the asset */
#define PATH "media/"      /* of an object, below the public URL */

/* One picture on its way; its scratch folder is there until nobody can be in doubt whose the object
 * is. */
struct taking {
    struct inspection at;
    struct str asset;
};

static struct err *refusal(struct taking *t, struct ctx *c, const struct media_outcome *o)
{
    if (o->reason == MEDIA_PICTURE_SIZE)
        return err_reason(c, ERR_INVALID, "not_a_picture", "%s", media_reason_message(o->reason));
    if (o->reason != MEDIA_CANCELLED && !media_reason_retryable(o->reason))
        return err_reason(c, ERR_INVALID, "not_a_picture",
                          "this is no JPEG, PNG or WebP picture that can be shown");
    TRY(uploads_check_room(t->at.g, c));
    return inspection_failure(&t->at, c, "the picture could not be looked at", o);
}

static struct err *make(struct taking *t, struct ctx *c)
{
    struct media_outcome o;

    inspection_run(&t->at, "picture", (struct inspection_limits){PICTURE_CPU_S, PICTURE_FILE_MB},
                   &o);
    if (o.reason != MEDIA_OK)
        return refusal(t, c, &o);
    return blob_put(t->at.g->deps.blob, c, media_picture_key(c->arena, t->asset),
                    arena_str(c->arena, STR_FMT "/picture.webp", STR_ARG(t->at.scratch)));
}

/* The folder of a picture's object; empty: it is one that ships with the program. */
static struct str folder_of(struct ctx *c, struct str path)
{
    struct str key =
        str_starts(path, STR(PATH "u/")) ? str_from(path, sizeof(PATH) - 1) : (struct str){0};
    const char *slash = key.len ? memrchr(key.ptr, '/', key.len) : NULL;

    return slash ? arena_copy(c->arena, (struct str){key.ptr, (size_t)(slash - key.ptr)})
                 : (struct str){0};
}

/* The new one is shown whatever becomes of the old one's file. */
static void forget(struct gateway *g, struct ctx *c, struct str folder)
{
    struct err *e = folder.len ? blob_remove(g->deps.blob, c, folder) : NULL;

    if (e)
        log_warn(g->deps.log, c, "a picture that nobody shows any more is left over",
                 log_str("blob.folder", folder), log_err(e));
}

/* Whoever was asked may have done it: then the next start looks again. */
static struct err *give_up(struct taking *t, struct ctx *c, struct err *e)
{
    if (degraded_may(e)) {
        log_warn(t->at.g->deps.log, c, "the file of a picture is left over until the next start",
                 log_str("picture.asset", t->asset), log_err(e));
        t->at.scratch.len = 0;
    } else {
        forget(t->at.g, c, media_picture_folder(c->arena, t->asset));
    }
    return e;
}

static struct err *take(struct taking *t, struct ctx *c, bool background)
{
    struct user_set_picture_req set = {.id = c->user_id, .background = background};
    struct user_set_picture_resp done = {0};

    struct str scratch =
        arena_str(c->arena, SCRATCH "%" PRId64 "-" STR_FMT, c->user_id, STR_ARG(t->asset));

    TRY(inspection_open(&t->at, c, scratch));
    set.path = arena_str(c->arena, PATH STR_FMT, STR_ARG(media_picture_key(c->arena, t->asset)));
    struct err *e = make(t, c);

    if (!e)
        e = user_set_picture(t->at.g->deps.services.user, c, &set, &done);
    if (e)
        return give_up(t, c, e);
    forget(t->at.g, c, folder_of(c, done.replaced));
    return NULL;
}

struct err *pictures_set(struct gateway *g, struct ctx *c, const struct http_upload *upload,
                         bool background)
{
    struct taking t = {.at = inspection_of(g, upload)};

    TRY(uploads_check_room(g, c));
    t.asset = media_asset_new(c->arena);
    struct err *e = take(&t, c, background);

    inspection_close(&t.at);
    return e;
}

/* ---- after a crash ---- */

bool pictures_is_scratch(struct str name)
{
    return str_starts(name, STR(SCRATCH));
}

/* Does the account show it? */
static struct err *is_shown(struct gateway *g, struct ctx *c, int64_t user, struct str asset,
                            bool *shown)
{
    struct user_get_users_req ask = {.ids = {&user, 1}};
    struct user_get_users_resp found = {0};
    struct str path =
        arena_str(c->arena, PATH STR_FMT, STR_ARG(media_picture_key(c->arena, asset)));

    TRY(user_get_users(g->deps.services.user, c, &ask, &found));
    *shown = found.users.count &&
             (str_eq(found.users.at[0].avatar, path) || str_eq(found.users.at[0].background, path));
    return NULL;
}

struct err *pictures_cut_off(struct gateway *g, struct ctx *c, struct str name, bool *keep)
{
    struct str asset = str_from(name, sizeof(SCRATCH) - 1), who = str_cut(&asset, '-');
    bool shown = false;
    int64_t user;

    if (!str_to_i64(who, &user) || asset.len != MEDIA_ASSET_LEN)
        return NULL; /* no folder of ours */
    struct err *e = is_shown(g, c, user, asset, &shown);

    *keep = e && degraded_may(e);
    if (e || shown)
        return *keep ? NULL : e;
    return blob_remove(g->deps.blob, c, media_picture_folder(c->arena, asset));
}
