/* Pictures of profiles: each that is named is there, each that is there is named. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin_io.h"
#include "blob.h"
#include "doctor_parts.h"
#include "id_set.h"
#include "media_key.h"
#include "picture_rows.h"

/* One examination: the assets that accounts name, 16 hex digits each, as numbers. */
struct look {
    struct doctor *d;
    struct id_set named;
    struct picture_page page;
    DIR *letters; /* media/objects/u, open */
};

static struct str in_store(struct doctor *d, struct ctx *c, struct str key)
{
    return arena_str(c->arena, STR_FMT "/media/objects/" STR_FMT, STR_ARG(d->admin->data),
                     STR_ARG(key));
}

/* False: no asset. */
static bool number_of(struct str asset, int64_t *out)
{
    char text[MEDIA_ASSET_LEN + 1] = {0};
    char *end;

    if (asset.len != MEDIA_ASSET_LEN || !asset.ptr)
        return false;
    memcpy(text, asset.ptr, MEDIA_ASSET_LEN);
    *out = (int64_t)strtoull(text, &end, 16);
    return !*end && *out;
}

/* "u/ab/<asset>/picture.webp" */
static struct str asset_of(struct str key)
{
    for (int parts = 0; parts < 2; parts++)
        (void)str_cut(&key, '/');
    return str_cut(&key, '/');
}

/* Looked at again: a server removes what was replaced a moment ago. */
static struct err *look_at_row(struct look *look, struct ctx *c, const struct picture_row *row)
{
    const char *path = arena_printf(c->arena, STR_FMT "/media/objects/" STR_FMT,
                                    STR_ARG(look->d->admin->data), STR_ARG(row->key));
    bool shows;

    if (access(path, F_OK) == 0)
        return NULL;
    TRY(picture_rows_shows(look->d->admin->db[ADMIN_DB_USER], c, row, &shows));
    if (shows)
        doctor_found(look->d, STR_FMT " of user %" PRId64 " is missing", STR_ARG(row->key),
                     row->user);
    return NULL;
}

static struct err *note_named(void *arg, struct ctx *c, bool *more)
{
    struct look *look = arg;
    int64_t number;

    TRY(picture_rows_next(look->d->admin->db[ADMIN_DB_USER], c, &look->page));
    for (size_t i = 0; i < look->page.count; i++) {
        const struct picture_row *row = &look->page.rows[i];

        if (number_of(asset_of(row->key), &number))
            id_set_add(&look->named, number);
        TRY(look_at_row(look, c, row));
    }
    *more = look->page.more;
    return NULL;
}

static struct err *tell(struct look *look, struct ctx *c, struct str key)
{
    if (!doctor_orphans_settled(look->d, in_store(look->d, c, key)))
        return NULL;
    if (!doctor_repairs(look->d)) {
        doctor_found(look->d, STR_FMT ": nobody shows it", STR_ARG(key));
        return NULL;
    }
    TRY(blob_remove(look->d->admin->blob, c, key));
    doctor_repaired(look->d, STR_FMT ": nobody showed it, is removed", STR_ARG(key));
    return NULL;
}

static struct err *look_at_asset(struct look *look, struct ctx *c, struct str letters,
                                 const char *name)
{
    struct str asset = str_of(name);
    bool at_home = str_starts(asset, letters);
    int64_t number;

    if (at_home && number_of(asset, &number) && id_set_has(&look->named, number))
        return NULL;
    return tell(look, c, arena_str(c->arena, "u/" STR_FMT "/%s", STR_ARG(letters), name));
}

/* The next entry; NULL behind the last. */
static const char *next_name(DIR *dir)
{
    struct dirent *entry;

    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            return entry->d_name;
    return NULL;
}

static struct err *look_at_letters(void *arg, struct ctx *c, bool *more)
{
    struct look *look = arg;
    const char *name = next_name(look->letters);

    *more = name != NULL;
    if (!name)
        return NULL;
    struct str letters = arena_copy(c->arena, str_of(name));
    struct str path = in_store(look->d, c, arena_str(c->arena, "u/" STR_FMT, STR_ARG(letters)));
    DIR *dir = opendir(path.ptr);
    struct err *e = NULL;

    if (!dir)
        return errno == ENOTDIR ? tell(look, c, arena_str(c->arena, "u/" STR_FMT, STR_ARG(letters)))
                                : admin_io_failed(c, "open", path);
    while (!e && (name = next_name(dir)) != NULL)
        e = look_at_asset(look, c, letters, name);
    closedir(dir);
    return e;
}

static struct err *look_at_files(struct look *look, struct ctx *c)
{
    struct str path = in_store(look->d, c, STR("u"));

    look->letters = opendir(path.ptr);
    if (!look->letters)
        return errno == ENOENT ? NULL : admin_io_failed(c, "open", path);
    struct err *e = admin_pieces(c, look_at_letters, look);

    closedir(look->letters);
    return e;
}

struct err *doctor_pictures_check(struct doctor *d, struct ctx *c)
{
    struct look look = {.d = d};
    struct err *e = admin_pieces(c, note_named, &look);

    if (!e)
        e = look_at_files(&look, c);
    id_set_fini(&look.named);
    return e;
}
