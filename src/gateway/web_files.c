/* Files of the client: found by name, in the smallest form that the one who asks can read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "web_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accept.h"
#include "assets.h"

enum { HASH_CHARS = 8, FORMS = 3 };

/* The smallest first; the last is the file itself. */
static const struct {
    struct str coding, end;
} forms[FORMS] = {
    {STR_INIT("br"), STR_INIT(".br")},
    {STR_INIT("gzip"), STR_INIT(".gz")},
    {STR_INIT(""), STR_INIT("")},
};

static const struct {
    struct str end;
    const char *type;
} types[] = {
    {STR_INIT(".css"), "text/css; charset=utf-8"},
    {STR_INIT(".html"), "text/html; charset=utf-8"},
    {STR_INIT(".js"), "text/javascript; charset=utf-8"},
    {STR_INIT(".json"), "application/json; charset=utf-8"},
    {STR_INIT(".png"), "image/png"},
    {STR_INIT(".svg"), "image/svg+xml"},
    {STR_INIT(".webmanifest"), "application/manifest+json"},
    {STR_INIT(".webp"), "image/webp"},
    {STR_INIT(".woff2"), "font/woff2"},
};

/* "assets/main-Ab3_x9-Q.js": what the client's build has put the hash of its content into. */
static bool is_hashed(struct str name)
{
    const char *dot = memrchr(name.ptr, '.', name.len);
    size_t stem = dot ? (size_t)(dot - name.ptr) : 0;

    return str_starts(name, STR("assets/")) && stem > HASH_CHARS &&
           name.ptr[stem - HASH_CHARS - 1] == '-';
}

static bool accepted(struct str accepts, size_t form)
{
    return form == FORMS - 1 || accept_encoding(accepts, forms[form].coding);
}

/* ---- inside the program ---- */

static const struct asset *embedded(struct str name)
{
    size_t from = 0, to = assets_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        struct str at = str_of(assets[middle].name);
        size_t both = at.len < name.len ? at.len : name.len;
        int order = memcmp(at.ptr, name.ptr, both);

        if (order == 0 && at.len == name.len)
            return &assets[middle];
        if (order < 0 || (order == 0 && at.len < name.len))
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

static bool find_embedded(struct ctx *c, struct str name, struct str accepts, struct web_file *out)
{
    const struct asset *asset = embedded(name);

    if (!asset)
        return false;
    const struct asset_form *const all[FORMS] = {&asset->br, &asset->gz, &asset->plain};

    size_t form = 0;

    while (form < FORMS - 1 && (!all[form]->at || !accepted(accepts, form)))
        form++;
    *out = (struct web_file){
        .bytes = {(const char *)all[form]->at, all[form]->len},
        .type = asset->type,
        .etag = arena_printf(c->arena, "\"%s" STR_FMT "\"", asset->etag, STR_ARG(forms[form].end)),
        .encoding = forms[form].coding.len ? forms[form].coding.ptr : NULL,
        .varies = asset->br.at || asset->gz.at,
        .immutable = is_hashed(name),
    };
    return true;
}

/* ---- in a folder ---- */

/* Letters, digits and "._-/", no name that begins with a dot: nothing leads out of the folder. */
static bool is_harmless(struct str name)
{
    char before = '/';

    for (size_t i = 0; i < name.len; before = name.ptr[i++]) {
        char b = name.ptr[i];
        bool plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
                     b == '.' || b == '_' || b == '-' || b == '/';

        if (!plain || (before == '/' && (b == '.' || b == '/')))
            return false;
    }
    return name.len > 0 && name.len <= WEB_NAME_MAX;
}

static const char *type_of(struct str name)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (str_ends(name, types[i].end))
            return types[i].type;
    return NULL;
}

/* The bytes of an open file; a short one has changed meanwhile, and will be asked for again. */
static bool read_whole(struct ctx *c, int fd, const struct stat *st, struct str *out)
{
    size_t size = (size_t)st->st_size, got = 0;
    char *bytes = arena_bytes(c->arena, size + 1);

    while (got < size) {
        ssize_t n = read(fd, bytes + got, size - got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    *out = (struct str){bytes, size};
    return true;
}

static bool read_form(struct ctx *c, struct str dir, struct str name, size_t form,
                      struct web_file *out)
{
    const char *path = arena_printf(c->arena, STR_FMT "/" STR_FMT STR_FMT, STR_ARG(dir),
                                    STR_ARG(name), STR_ARG(forms[form].end));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;

    if (fd < 0)
        return false;
    bool whole = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= WEB_FILE_MAX &&
                 read_whole(c, fd, &st, &out->bytes);

    close(fd);
    if (!whole)
        return false;
    out->etag =
        arena_printf(c->arena, "\"%" PRIx64 "-%" PRIx64 ".%09ld" STR_FMT "\"", (uint64_t)st.st_size,
                     (uint64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, STR_ARG(forms[form].end));
    out->encoding = forms[form].coding.len ? forms[form].coding.ptr : NULL;
    return true;
}

static bool find_in_folder(struct ctx *c, struct str dir, struct str name, struct str accepts,
                           struct web_file *out)
{
    const char *type = type_of(name);
    struct web_file file = {.type = type, .varies = true, .immutable = is_hashed(name)};

    if (!type || !is_harmless(name))
        return false;
    for (size_t form = 0; form < FORMS; form++) {
        if (accepted(accepts, form) && read_form(c, dir, name, form, &file)) {
            *out = file;
            return true;
        }
    }
    return false;
}

bool web_files_find(struct ctx *c, struct str dir, struct str name, struct str accepts,
                    struct web_file *out)
{
    return (dir.len && find_in_folder(c, dir, name, accepts, out)) ||
           find_embedded(c, name, accepts, out);
}

struct err *web_files_check(struct ctx *c, struct str dir)
{
    struct web_file index;

    if (!dir.len || find_in_folder(c, dir, STR("index.html"), STR(""), &index))
        return NULL;
    return err_new(c, ERR_INVALID,
                   "web.dir: there is no index.html in " STR_FMT " (npm run build writes web/dist)",
                   STR_ARG(dir));
}
