/* Pictures of profiles: inspect by making anew, store, tell the user service, forget the old one.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pictures.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "blob.h"
#include "log.h"
#include "media.h"
#include "media_key.h"
#include "uploads.h"

enum {
    PICTURE_MEMORY_MB = 1024,
    PICTURE_CPU_S = 10,
    PICTURE_FILE_MB = 4, /* what is made is far smaller */
};

#define SCRATCH "picture-" /* and the account, and the asset */
#define PATH "media/"      /* of an object, below the public URL */

/* One picture on its way. */
struct taking {
    struct gateway *g;
    const struct http_upload *upload;
    int input, output;
    struct str scratch; /* there until nobody can be in doubt whose the object is */
    struct str asset;
};

static struct err *open_both(struct taking *t, struct ctx *c)
{
    struct str name =
        arena_str(c->arena, SCRATCH "%" PRId64 "-" STR_FMT, c->user_id, STR_ARG(t->asset));

    TRY(blob_scratch(t->g->deps.blob, c, name, &t->scratch));
    t->input = open(t->upload->path.ptr, O_RDONLY | O_CLOEXEC);
    t->output = open(t->scratch.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->input < 0 || t->output < 0)
        return err_errno(c, errno, "picture: %s", strerror(errno));
    return NULL;
}

static void close_both(struct taking *t)
{
    if (t->input >= 0)
        close(t->input);
    if (t->output >= 0)
        close(t->output);
    if (t->scratch.len)
        blob_scratch_remove(t->scratch);
}

static struct err *refusal(struct taking *t, struct ctx *c, const struct media_outcome *o)
{
    if (o->reason == MEDIA_CANCELLED)
        return err_new(c, ERR_UNAVAILABLE, "the server is stopping");
    if (o->reason == MEDIA_PICTURE_SIZE)
        return err_reason(c, ERR_INVALID, "not_a_picture", "%s", media_reason_message(o->reason));
    if (!media_reason_retryable(o->reason))
        return err_reason(c, ERR_INVALID, "not_a_picture",
                          "this is no JPEG, PNG or WebP picture that can be shown");
    TRY(uploads_check_room(t->g, c));
    log_error(t->g->deps.log, c, "a picture could not be looked at",
              log_str("error.code", str_of(media_reason_name(o->reason))),
              log_str("error.message", str_of(o->report.failure)));
    return err_new(c, ERR_UNAVAILABLE, "the picture could not be looked at: %s",
                   media_reason_name(o->reason));
}

static struct err *make(struct taking *t, struct ctx *c)
{
    struct media_outcome o;
    struct media_job job = {
        .worker = t->g->options.media.worker,
        .name = "picture",
        .input_fd = t->input,
        .output_fd = t->output,
        .limits = {.wall_ms = t->g->options.media.inspect_ms,
                   .cpu_seconds = PICTURE_CPU_S,
                   .memory_mb = PICTURE_MEMORY_MB,
                   .file_mb = PICTURE_FILE_MB,
                   .threads = 1},
        .cancel = &t->g->stopping,
    };

    media_run(&job, &o);
    if (o.reason != MEDIA_OK)
        return refusal(t, c, &o);
    return blob_put(t->g->deps.blob, c, media_picture_key(c->arena, t->asset),
                    arena_str(c->arena, STR_FMT "/picture.webp", STR_ARG(t->scratch)));
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
        log_warn(t->g->deps.log, c, "the file of a picture is left over until the next start",
                 log_str("picture.asset", t->asset), log_err(e));
        t->scratch.len = 0;
    } else {
        forget(t->g, c, media_picture_folder(c->arena, t->asset));
    }
    return e;
}

static struct err *take(struct taking *t, struct ctx *c, bool background)
{
    struct user_set_picture_req set = {.id = c->user_id, .background = background};
    struct user_set_picture_resp done = {0};

    TRY(open_both(t, c));
    set.path = arena_str(c->arena, PATH STR_FMT, STR_ARG(media_picture_key(c->arena, t->asset)));
    struct err *e = make(t, c);

    if (!e)
        e = user_set_picture(t->g->deps.services.user, c, &set, &done);
    if (e)
        return give_up(t, c, e);
    forget(t->g, c, folder_of(c, done.replaced));
    return NULL;
}

struct err *pictures_set(struct gateway *g, struct ctx *c, const struct http_upload *upload,
                         bool background)
{
    struct taking t = {.g = g, .upload = upload, .input = -1, .output = -1};

    TRY(uploads_check_room(g, c));
    t.asset = media_asset_new(c->arena);
    struct err *e = take(&t, c, background);

    close_both(&t);
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
