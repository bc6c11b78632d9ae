/* Objects that no video names. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "admin_io.h"
#include "blob.h"
#include "clock.h"
#include "doctor_parts.h"
#include "media_key.h"
#include "video_api.h"
#include "video_removal.h"
#include "video_rows.h"

/* "media/objects/v/<2 hex>/<asset>/<generation>": one folder of two letters is one piece of work.
 */
struct walk {
    struct doctor *d;
    DIR *letters; /* media/objects/v, open */
};

static struct str in_store(struct doctor *d, struct ctx *c, struct str key)
{
    return arena_str(c->arena, STR_FMT "/media/objects/" STR_FMT, STR_ARG(d->admin->data),
                     STR_ARG(key));
}

/* The next entry; NULL behind the last. */
static const char *next_name(DIR *dir)
{
    struct dirent *entry;

    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return entry->d_name;
    return NULL;
}

bool doctor_orphans_settled(struct doctor *d, struct str path)
{
    enum { AN_HOUR_MS = 3600 * 1000 };
    struct stat st;

    if (d->alone)
        return true;
    return stat(path.ptr, &st) == 0 &&
           clock_wall_ms() - st.st_mtim.tv_sec * CLOCK_MS_PER_S > AN_HOUR_MS;
}

static struct err *tell(struct doctor *d, struct ctx *c, struct str key)
{
    if (!doctor_repairs(d)) {
        doctor_found(d, STR_FMT ": no video names it", STR_ARG(key));
        return NULL;
    }
    TRY(blob_remove(d->admin->blob, c, key));
    doctor_repaired(d, STR_FMT ": no video named it, is removed", STR_ARG(key));
    return NULL;
}

/* A job under way fills a generation to come; one that was tried again has left others. */
static struct err *look_at_generation(struct doctor *d, struct ctx *c, const struct video_row *v,
                                      const char *name)
{
    struct str key =
        arena_str(c->arena, STR_FMT "/%s", STR_ARG(media_folder(c->arena, v->asset)), name);
    bool working = v->state == VIDEO_PENDING || v->state == VIDEO_PROCESSING;
    int64_t generation;

    if (str_to_i64(str_of(name), &generation) &&
        (generation == 0 || generation == v->generation || (generation > 0 && working)))
        return NULL;
    return doctor_orphans_settled(d, in_store(d, c, key)) ? tell(d, c, key) : NULL;
}

static struct err *look_at_generations(struct doctor *d, struct ctx *c, const struct video_row *v,
                                       struct str path)
{
    DIR *dir = opendir(path.ptr);
    struct err *e = NULL;

    if (!dir)
        return errno == ENOENT ? NULL : admin_io_failed(c, "open", path);
    for (const char *name; !e && (name = next_name(dir)) != NULL;)
        e = look_at_generation(d, c, v, name);
    closedir(dir);
    return e;
}

static struct err *look_at_asset(struct doctor *d, struct ctx *c, struct str letters,
                                 const char *name)
{
    struct str key = arena_str(c->arena, "v/" STR_FMT "/%s", STR_ARG(letters), name);
    struct str path = in_store(d, c, key), asset = str_of(name);
    struct video_row v = {0};
    bool settled = doctor_orphans_settled(d, path), found; /* before its row is looked for */

    TRY(video_rows_of_asset(d->admin->db[ADMIN_DB_VIDEO], c, asset, &v, &found));
    if (found && str_eq(key, media_folder(c->arena, asset)))
        return look_at_generations(d, c, &v, path);
    return settled ? tell(d, c, key) : NULL;
}

static struct err *look_at_letters(void *arg, struct ctx *c, bool *more)
{
    struct walk *w = arg;
    const char *name = next_name(w->letters);

    *more = name != NULL;
    if (!name)
        return NULL;
    struct str letters = arena_copy(c->arena, str_of(name));
    struct str path = in_store(w->d, c, arena_str(c->arena, "v/" STR_FMT, STR_ARG(letters)));
    DIR *dir = opendir(path.ptr);
    struct err *e = NULL;

    if (!dir)
        return errno == ENOTDIR ? tell(w->d, c, arena_str(c->arena, "v/" STR_FMT, STR_ARG(letters)))
                                : admin_io_failed(c, "open", path);
    while (!e && (name = next_name(dir)) != NULL)
        e = look_at_asset(w->d, c, letters, name);
    closedir(dir);
    return e;
}

struct err *doctor_orphans_check(struct doctor *d, struct ctx *c)
{
    struct str path = in_store(d, c, STR("v"));
    struct walk w = {.d = d, .letters = opendir(path.ptr)};

    if (!w.letters)
        return errno == ENOENT ? NULL : admin_io_failed(c, "open", path);
    struct err *e = admin_pieces(c, look_at_letters, &w);

    closedir(w.letters);
    return e;
}
