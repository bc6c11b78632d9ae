/* Notes: a line for each value, so that people can read them too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_note.h"

#include <inttypes.h>

struct str archive_note_write_first(struct arena *a, const struct archive_note_first *note)
{
    return arena_str(a,
                     "format: %" PRId64 "\nprogram: " STR_FMT "\ncreated: %" PRId64
                     "\nusers: %" PRId64 "\nvideos: %" PRId64 "\ndatabase-bytes: %" PRId64 "\n",
                     note->format, STR_ARG(note->program), note->created, note->users, note->videos,
                     note->database_bytes);
}

struct str archive_note_write_last(struct arena *a, const struct archive_note_last *note)
{
    return arena_str(a, "files: %" PRId64 "\nbytes: %" PRId64 "\nsha256: " STR_FMT "\n",
                     note->files, note->bytes, STR_ARG(note->sha256));
}

/* The value of a name; empty when there is none. */
static struct str value_of(struct str text, struct str name)
{
    while (text.len) {
        struct str line = str_cut(&text, '\n');

        if (str_eq(str_cut(&line, ':'), name))
            return str_trim(line);
    }
    return (struct str){0};
}

static struct err *number_of(struct ctx *c, struct str text, struct str name, int64_t *out)
{
    if (str_to_i64(value_of(text, name), out) && *out >= 0)
        return NULL;
    return err_new(c, ERR_INVALID, "this is no backup of Duan: " STR_FMT " is missing or wrong",
                   STR_ARG(name));
}

struct err *archive_note_read_first(struct ctx *c, struct str text, struct archive_note_first *out)
{
    struct archive_note_first note = {.program = value_of(text, STR("program"))};

    TRY(number_of(c, text, STR("format"), &note.format));
    if (note.format != ARCHIVE_NOTE_FORMAT)
        return err_new(c, ERR_INVALID,
                       "the backup has format %" PRId64
                       ", this program reads %d: use Duan " STR_FMT,
                       note.format, ARCHIVE_NOTE_FORMAT, STR_ARG(note.program));
    TRY(number_of(c, text, STR("created"), &note.created));
    TRY(number_of(c, text, STR("users"), &note.users));
    TRY(number_of(c, text, STR("videos"), &note.videos));
    TRY(number_of(c, text, STR("database-bytes"), &note.database_bytes));
    *out = note;
    return NULL;
}

struct err *archive_note_read_last(struct ctx *c, struct str text, struct archive_note_last *out)
{
    struct archive_note_last note = {.sha256 = value_of(text, STR("sha256"))};

    TRY(number_of(c, text, STR("files"), &note.files));
    TRY(number_of(c, text, STR("bytes"), &note.bytes));
    *out = note;
    return NULL;
}

static bool is_object_part(struct str part)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

    for (size_t i = 0; i < part.len; i++)
        if (!part.ptr[i] || !strchr(letters, part.ptr[i]))
            return false;
    return part.len > 0 && part.ptr[0] != '.';
}

/* "media/objects/v/<2>/<asset>/<generation>/<file>", "media/objects/u/<2>/<asset>/<file>". */
static bool is_object(struct str name)
{
    enum { VIDEO_PARTS = 5, PICTURE_PARTS = 4, NAME_MAX_BYTES = 200 };
    struct str rest = str_from(name, sizeof("media/objects/") - 1);
    size_t parts = 0;
    bool picture = str_starts(name, STR("media/objects/u/"));
    bool good = (picture || str_starts(name, STR("media/objects/v/"))) &&
                name.len <= NAME_MAX_BYTES && name.ptr[name.len - 1] != '/';

    for (; good && rest.len; parts++)
        good = is_object_part(str_cut(&rest, '/'));
    return good && parts == (picture ? PICTURE_PARTS : VIDEO_PARTS);
}

bool archive_note_allows(struct str name)
{
    static const struct str others[] = {STR_INIT("duan.db"), STR_INIT("token.key"),
                                        STR_INIT("duan.yaml")};

    for (size_t i = 0; i < COUNT(others); i++)
        if (str_eq(name, others[i]))
            return true;
    return is_object(name);
}
