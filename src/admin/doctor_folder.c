/* What lies about in the data folder: leftovers of crashes, the key, the disk. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "admin_io.h"
#include "blob.h"
#include "clock.h"
#include "doctor_parts.h"
#include "text_table.h"
#include "video_api.h"
#include "video_rows.h"

/* ---- leftovers ---- */

/* A place where things are made that nobody needs afterwards. */
struct place {
    const char *folder; /* below the data folder */
    const char *prefix; /* of the names that count */
    bool (*in_use)(struct doctor *d, const struct stat *st);
    /* What a row of the database keeps there; NULL: nothing. */
    struct err *(*is_kept)(struct doctor *d, struct ctx *c, struct str name, bool *out);
};

/* Uploads come and go beside a server; one that was idle for an hour was cut off long ago. */
static bool maybe_upload(struct doctor *d, const struct stat *st)
{
    enum { AN_HOUR_MS = 3600 * 1000 };

    return !d->alone && clock_wall_ms() - st->st_mtim.tv_sec * CLOCK_MS_PER_S < AN_HOUR_MS;
}

static bool maybe_backup(struct doctor *d, const struct stat *st)
{
    (void)st;
    return !d->no_backup;
}

static bool never(struct doctor *d, const struct stat *st)
{
    (void)d, (void)st;
    return false;
}

/* A job goes on where it was: its folder is kept over a crash. */
static struct err *is_job(struct doctor *d, struct ctx *c, struct str name, bool *out)
{
    struct video_row v = {0};
    bool found;

    TRY(video_rows_of_asset(d->admin->db[ADMIN_DB_VIDEO], c, name, &v, &found));
    *out = found && (v.state == VIDEO_PENDING || v.state == VIDEO_PROCESSING);
    return NULL;
}

static const struct place places[] = {
    {"spool", "", maybe_upload, NULL},
    {"media/scratch", "", maybe_upload, NULL},
    {"media/work", "", never, is_job},
    {".", "backup-", maybe_backup, NULL},
};

static struct err *look_at_leftover(struct doctor *d, struct ctx *c, const struct place *place,
                                    struct str name)
{
    struct str shown = arena_str(c->arena, "%s/" STR_FMT, place->folder, STR_ARG(name));
    struct str path = arena_str(c->arena, STR_FMT "/%s", STR_ARG(d->admin->data), shown.ptr);
    struct stat st;
    bool kept = false;

    if (lstat(path.ptr, &st) != 0 || place->in_use(d, &st))
        return NULL;
    if (place->is_kept)
        TRY(place->is_kept(d, c, name, &kept));
    if (kept)
        return NULL;
    if (!doctor_repairs(d)) {
        doctor_found(d, STR_FMT " is left over", STR_ARG(shown));
        return NULL;
    }
    blob_scratch_remove(path);
    doctor_repaired(d, STR_FMT " was left over, is removed", STR_ARG(shown));
    return NULL;
}

static struct err *look_at_place(struct doctor *d, struct ctx *c, const struct place *place)
{
    struct str path = arena_str(c->arena, STR_FMT "/%s", STR_ARG(d->admin->data), place->folder);
    DIR *dir = opendir(path.ptr);
    struct err *e = NULL;

    if (!dir)
        return errno == ENOENT ? NULL : admin_io_failed(c, "open", path);
    for (struct dirent *entry; !e && (entry = readdir(dir)) != NULL;) {
        struct str name = str_of(entry->d_name);

        if (!str_eq(name, STR(".")) && !str_eq(name, STR("..")) &&
            str_starts(name, str_of(place->prefix)))
            e = look_at_leftover(d, c, place, name);
    }
    closedir(dir);
    return e;
}

struct err *doctor_leftovers_check(struct doctor *d, struct ctx *c)
{
    for (size_t i = 0; i < COUNT(places); i++)
        TRY(look_at_place(d, c, &places[i]));
    return NULL;
}

/* ---- the key ---- */

struct err *doctor_key_check(struct doctor *d, struct ctx *c)
{
    struct str path = arena_str(c->arena, STR_FMT "/token.key", STR_ARG(d->admin->data));
    struct stat st;

    if (lstat(path.ptr, &st) != 0) {
        if (!d->order->own_secret)
            doctor_note(d, "token.key is not there: at the next start everybody logs in anew");
        return NULL;
    }
    if ((st.st_mode & 077) == 0)
        return NULL;
    if (!doctor_repairs(d)) {
        doctor_found(d, "token.key can be used by others than its owner (mode %03o)",
                     st.st_mode & 0777);
        return NULL;
    }
    if (chmod(path.ptr, 0600) != 0)
        return admin_io_failed(c, "chmod", path);
    doctor_repaired(d, "token.key could be used by others than its owner; others may have copied "
                       "it: remove it to end all sessions");
    return NULL;
}

/* ---- the disk ---- */

struct err *doctor_disk_check(struct doctor *d, struct ctx *c)
{
    int64_t room;

    TRY(blob_free_bytes(d->admin->blob, c, &room));
    if (room < d->order->disk_reserve)
        doctor_found(d, STR_FMT " are free, media.disk_reserve is " STR_FMT ": uploads are refused",
                     STR_ARG(text_table_bytes(c->arena, room)),
                     STR_ARG(text_table_bytes(c->arena, d->order->disk_reserve)));
    return NULL;
}
