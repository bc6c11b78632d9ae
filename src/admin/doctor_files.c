/* The files that videos name, and those that their playlists name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <unistd.h>

#include "blob.h"
#include "doctor_parts.h"
#include "stored_file.h"
#include "video_rows.h"

enum { PLAYLIST_MAX = 1 << 20 };

struct looking {
    struct doctor *d;
    struct video_page page;
    const struct video_row *video; /* whose files are looked at */
};

/* It may have been removed, or moved to the next generation, since its row was read. */
static struct err *tell(struct looking *l, struct ctx *c, struct str key, const char *fault)
{
    const struct video_row *v = l->video;
    struct video_row now = {0};
    bool found;

    TRY(video_rows_of_asset(l->d->admin->db[ADMIN_DB_VIDEO], c, v->asset, &now, &found));
    if (found && now.generation == v->generation)
        doctor_found(l->d,
                     STR_FMT " of video %" PRId64
                             " %s: restore a backup, or `duan admin delete-video %" PRId64 "`",
                     STR_ARG(key), v->id, fault, v->id);
    return NULL;
}

static struct str read_playlist(struct ctx *c, const struct blob_object *o)
{
    size_t room = o->size < PLAYLIST_MAX ? (size_t)o->size : PLAYLIST_MAX;
    char *text = arena_bytes(c->arena, room);
    ssize_t len = pread(o->fd, text, room, 0);

    return (struct str){text, len > 0 ? (size_t)len : 0};
}

/* Tells what is wrong with one; *text is its text when it is a playlist that is whole. */
static struct err *look_at(struct looking *l, struct ctx *c, struct str key, struct str *text)
{
    struct blob_object o;
    struct err *e = blob_get(l->d->admin->blob, c, key, &o);

    *text = (struct str){0};
    if (e && e->code == ERR_NOT_FOUND)
        return tell(l, c, key, "is missing");
    TRY(e);
    const char *fault = stored_file_fault(o.fd, o.size, key);

    if (!fault && str_ends(key, STR(".m3u8")))
        *text = read_playlist(c, &o);
    close(o.fd);
    return fault ? tell(l, c, key, fault) : NULL;
}

/* Names in a playlist are relative to its folder. */
static struct str beside(struct ctx *c, struct str key, struct str name)
{
    const char *slash = memrchr(key.ptr, '/', key.len);
    int folder = slash ? (int)(slash - key.ptr) : 0;

    return arena_str(c->arena, "%.*s/" STR_FMT, folder, key.ptr, STR_ARG(name));
}

/* Many ranges of one file follow each other: it is looked at once. */
static struct err *look_at_segments(struct looking *l, struct ctx *c, struct str list,
                                    struct str text)
{
    struct str before = {0}, none;

    for (struct str name; (name = stored_file_next(&text)).len; before = name)
        if (!str_eq(name, before))
            TRY(look_at(l, c, beside(c, list, name), &none));
    return NULL;
}

/* The master playlist names playlists, and those name files. */
static struct err *look_at_ladder(struct looking *l, struct ctx *c)
{
    struct str text, inner;

    TRY(look_at(l, c, l->video->hls, &text));
    for (struct str name; (name = stored_file_next(&text)).len;) {
        struct str list = beside(c, l->video->hls, name);

        TRY(look_at(l, c, list, &inner));
        TRY(look_at_segments(l, c, list, inner));
    }
    return NULL;
}

static struct err *look_at_video(struct looking *l, struct ctx *c)
{
    struct str none;

    for (size_t i = 0; i < VIDEO_ROW_KEYS; i++)
        if (l->video->keys[i].len && !str_eq(l->video->keys[i], l->video->hls))
            TRY(look_at(l, c, l->video->keys[i], &none));
    return l->video->hls.len ? look_at_ladder(l, c) : NULL;
}

static struct err *look_at_page(void *arg, struct ctx *c, bool *more)
{
    struct looking *l = arg;

    TRY(video_rows_next(l->d->admin->db[ADMIN_DB_VIDEO], c, &l->page));
    for (size_t i = 0; i < l->page.count; i++) {
        l->video = &l->page.rows[i];
        TRY(look_at_video(l, c));
    }
    *more = l->page.count > 0;
    return NULL;
}

struct err *doctor_files_check(struct doctor *d, struct ctx *c)
{
    struct looking l = {.d = d};

    return admin_pieces(c, look_at_page, &l);
}
