/* Making a backup: first a snapshot of the database, then what that names. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "backup.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin_io.h"
#include "archive_out.h"
#include "blob.h"
#include "clock.h"
#include "file_hold.h"
#include "interrupts.h"
#include "media_key.h"
#include "picture_rows.h"
#include "sql.h"
#include "text_table.h"
#include "video_rows.h"

/* One under way. */
struct making {
    struct str data;
    struct str scratch; /* the folder of the snapshot */
    struct sql *snapshot;
    struct archive_out *to;
    struct video_page page;
    struct picture_page pictures;
    int64_t missing;
};

/* ---- the snapshot ---- */

static struct str snapshot_path(struct making *m, struct ctx *c)
{
    return arena_str(c->arena, STR_FMT "/duan.db", STR_ARG(m->scratch));
}

static struct err *take_snapshot(struct making *m, struct ctx *c)
{
    char *scratch = arena_printf(c->arena, STR_FMT "/backup-XXXXXX", STR_ARG(m->data));

    if (!mkdtemp(scratch))
        return admin_io_failed(c, "make folder", str_of(scratch));
    m->scratch = str_of(scratch);
    TRY(sql_snapshot(c, arena_str(c->arena, STR_FMT "/duan.db", STR_ARG(m->data)),
                     snapshot_path(m, c)));
    return interrupts_check(c);
}

struct expected {
    int64_t users, videos;
};

static struct err *read_expected(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct expected *out = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT (SELECT count(*) FROM user_account), (SELECT count(*) FROM video_item)"));
    if (sql_next(&r))
        *out = (struct expected){sql_i64(&r, 0), sql_i64(&r, 1)};
    return NULL;
}

static struct err *put_first_note(struct making *m, struct ctx *c, const char *program)
{
    struct archive_note_first note = {.format = ARCHIVE_NOTE_FORMAT,
                                      .program = str_of(program),
                                      .created = clock_wall_ms() / CLOCK_MS_PER_S};
    struct expected expected = {0};
    struct stat st;

    if (stat(snapshot_path(m, c).ptr, &st) != 0)
        return admin_io_failed(c, "look at", m->scratch);
    TRY(sql_read(m->snapshot, c, read_expected, &expected));
    note.users = expected.users;
    note.videos = expected.videos;
    note.database_bytes = st.st_size;
    return archive_out_note(m->to, c, ARCHIVE_NOTE_FIRST,
                            archive_note_write_first(c->arena, &note));
}

/* ---- files ---- */

/* A file beside the database; one that is not there is left out. */
static struct err *put_beside(struct making *m, struct ctx *c, const char *name)
{
    bool found;

    return archive_out_file(m->to, c, str_of(name),
                            arena_printf(c->arena, STR_FMT "/%s", STR_ARG(m->data), name), &found);
}

static struct err *put_object(struct making *m, struct ctx *c, struct str key, bool *found)
{
    struct str name = arena_str(c->arena, "media/objects/" STR_FMT, STR_ARG(key));

    return archive_out_file(
        m->to, c, name,
        arena_printf(c->arena, STR_FMT "/" STR_FMT, STR_ARG(m->data), STR_ARG(name)), found);
}

/* Everything in it: playlists name files that the database does not. */
static struct err *put_generation(struct making *m, struct ctx *c, struct str asset,
                                  int64_t generation)
{
    const char *path =
        arena_printf(c->arena, STR_FMT "/media/objects/" STR_FMT "/%" PRId64, STR_ARG(m->data),
                     STR_ARG(media_folder(c->arena, asset)), generation);
    DIR *dir = opendir(path);
    struct err *e = NULL;
    bool found;

    if (!dir)
        return errno == ENOENT ? NULL : admin_io_failed(c, "open", str_of(path));
    for (struct dirent *entry; !e && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            e = put_object(m, c, media_key(c->arena, asset, generation, str_of(entry->d_name)),
                           &found);
    closedir(dir);
    return e;
}

/* ---- videos, page by page ---- */

static void note_missing(struct making *m, struct ctx *c, int64_t video, struct str key)
{
    const char *path =
        arena_printf(c->arena, STR_FMT "/media/objects/" STR_FMT, STR_ARG(m->data), STR_ARG(key));

    if (!key.len || access(path, F_OK) == 0)
        return;
    m->missing++;
    (void)fprintf(stderr, "duan: %s of video %" PRId64 " is missing\n", path, video);
}

static struct err *put_video(struct making *m, struct ctx *c, const struct video_row *v)
{
    TRY(put_generation(m, c, v->asset, 0));
    if (v->generation > 0)
        TRY(put_generation(m, c, v->asset, v->generation));
    for (size_t i = 0; i < VIDEO_ROW_KEYS; i++)
        note_missing(m, c, v->id, v->keys[i]);
    return NULL;
}

static struct err *put_page(void *arg, struct ctx *c, bool *more)
{
    struct making *m = arg;

    TRY(video_rows_next(m->snapshot, c, &m->page));
    for (size_t i = 0; i < m->page.count; i++)
        TRY(put_video(m, c, &m->page.rows[i]));
    *more = m->page.count > 0;
    return NULL;
}

/* ---- pictures of profiles ---- */

static struct err *put_pictures(void *arg, struct ctx *c, bool *more)
{
    struct making *m = arg;
    bool found;

    TRY(picture_rows_next(m->snapshot, c, &m->pictures));
    for (size_t i = 0; i < m->pictures.count; i++) {
        const struct picture_row *row = &m->pictures.rows[i];

        TRY(put_object(m, c, row->key, &found));
        if (!found) /* no fault: a server removes a picture that was replaced since the snapshot */
            (void)fprintf(stderr, "duan: " STR_FMT " of user %" PRId64 " is not there\n",
                          STR_ARG(row->key), row->user);
    }
    *more = m->pictures.more;
    return NULL;
}

/* ---- all of it ---- */

static struct err *put_all(struct making *m, struct ctx *c, const char *program,
                           struct archive_note_last *sum)
{
    bool found;

    TRY(put_first_note(m, c, program));
    TRY(archive_out_file(m->to, c, STR("duan.db"), snapshot_path(m, c).ptr, &found));
    TRY(put_beside(m, c, "token.key"));
    TRY(put_beside(m, c, "duan.yaml"));
    TRY(admin_pieces(c, put_page, m));
    TRY(admin_pieces(c, put_pictures, m));
    *sum = archive_out_sum(m->to, c->arena);
    return archive_out_note(m->to, c, ARCHIVE_NOTE_LAST, archive_note_write_last(c->arena, sum));
}

static struct err *make(struct making *m, struct ctx *c, const struct backup_order *order,
                        struct archive_note_last *sum)
{
    struct sql_options options = sql_defaults;

    options.durable = false; /* it is thrown away */
    TRY(archive_out_open(c, order->file, &m->to));
    TRY(take_snapshot(m, c));
    TRY(sql_open(c, snapshot_path(m, c), &options, &m->snapshot));
    TRY(put_all(m, c, order->program, sum));
    return archive_out_finish(m->to, c);
}

/* Not on stdout when the backup itself goes there. */
static void say(const struct admin *a, struct ctx *c, struct str file,
                const struct archive_note_last *sum)
{
    if (!str_eq(file, STR("-")))
        (void)fprintf(a->out, STR_FMT ": %" PRId64 " files, " STR_FMT ".\n", STR_ARG(file),
                      sum->files, STR_ARG(text_table_bytes(c->arena, sum->bytes)));
}

struct err *backup_make(const struct admin *a, struct ctx *c, const struct backup_order *order,
                        int64_t *missing)
{
    struct making m = {.data = a->data};
    struct archive_note_last sum = {0};
    int hold;

    TRY(file_hold_take(c, a->data, FILE_HOLD_COPY, &hold));
    struct err *e = make(&m, c, order, &sum);

    sql_close(m.snapshot);
    archive_out_close(m.to);
    if (m.scratch.len)
        blob_scratch_remove(m.scratch);
    close(hold);
    *missing = m.missing;
    if (!e)
        say(a, c, order->file, &sum);
    return e;
}
