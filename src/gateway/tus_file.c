/* Pieces are objects, so that every gateway has them; one file is made of them to be looked at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tus_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "blob.h"
#include "log.h"
#include "media_key.h"
#include "tus.h"

enum { CHECK_BYTES = 64 * 1024, COPY_BYTES = 1 << 30 };

/* ---- checksums ---- */

static const struct {
    struct str name;
    const EVP_MD *(*digest)(void);
} algorithms[] = {{STR_INIT("sha1"), EVP_sha1}, {STR_INIT("sha256"), EVP_sha256}};

static struct err *failed(struct ctx *c, const char *what)
{
    int number = errno;

    return err_errno(c, number, "upload: %s: %s", what, strerror(number));
}

static struct err *digest_of(struct ctx *c, int fd, const EVP_MD *how, struct str *base64)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned sum_len = 0;
    char *piece = arena_bytes(c->arena, CHECK_BYTES);
    unsigned char *text = (unsigned char *)arena_bytes(c->arena, EVP_MAX_MD_SIZE * 2);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    ssize_t n = 0;

    if (!md || EVP_DigestInit_ex(md, how, NULL) != 1)
        abort();
    while ((n = read(fd, piece, CHECK_BYTES)) > 0)
        (void)EVP_DigestUpdate(md, piece, (size_t)n);
    (void)EVP_DigestFinal_ex(md, sum, &sum_len);
    EVP_MD_CTX_free(md);
    if (n < 0)
        return failed(c, "read");
    *base64 = (struct str){(char *)text, (size_t)EVP_EncodeBlock(text, sum, (int)sum_len)};
    return NULL;
}

static struct err *compare(struct ctx *c, int fd, const EVP_MD *how, struct str wanted)
{
    struct str found = {0};

    TRY(digest_of(c, fd, how, &found));
    return str_eq(found, wanted) ? NULL
                                 : err_reason(c, ERR_INVALID, "checksum_mismatch",
                                              "what came is not what Upload-Checksum says");
}

struct err *tus_file_check(struct ctx *c, struct str checksum, const struct http_upload *file)
{
    struct str name = str_cut(&checksum, ' ');
    const EVP_MD *how = NULL;

    if (!name.len)
        return NULL;
    for (size_t i = 0; i < COUNT(algorithms); i++)
        if (str_eq(algorithms[i].name, name))
            how = algorithms[i].digest();
    if (!how)
        return err_new(c, ERR_INVALID, "Upload-Checksum must be of sha1 or sha256");
    int fd = open(file->path.ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return failed(c, "open");
    struct err *e = compare(c, fd, how, str_trim(checksum));

    close(fd);
    return e;
}

/* ---- pieces ---- */

static struct str key_of(struct ctx *c, int64_t upload, struct str name)
{
    return arena_str(c->arena, STR_FMT "/part",
                     STR_ARG(media_upload_part(c->arena, tus_name(c->arena, upload), name)));
}

struct err *tus_file_keep(struct gateway *g, struct ctx *c, int64_t upload,
                          const struct http_upload *file, struct str *name)
{
    struct str own = media_asset_new(c->arena);

    TRY(blob_put(g->deps.blob, c, key_of(c, upload, own), file->path));
    *name = own;
    return NULL;
}

/* What stays of it goes with the upload. */
void tus_file_forget(struct gateway *g, struct ctx *c, int64_t upload, struct str name)
{
    struct err *e =
        blob_remove(g->deps.blob, c, media_upload_part(c->arena, tus_name(c->arena, upload), name));

    if (e)
        log_warn(g->deps.log, c, "a piece of an upload is left until the upload goes", log_err(e));
}

/* ---- together ---- */

static struct err *copy(struct ctx *c, int from, int to, int64_t bytes)
{
    while (bytes > 0) {
        ssize_t n = sendfile(to, from, NULL, bytes < COPY_BYTES ? (size_t)bytes : COPY_BYTES);

        if (n < 0 && errno != EINTR)
            return failed(c, "copy");
        if (n == 0)
            return err_new(c, ERR_INTERNAL, "a piece of an upload is too short");
        bytes -= n > 0 ? n : 0;
    }
    return NULL;
}

static struct err *add_piece(struct gateway *g, struct ctx *c, int64_t upload,
                             const struct video_upload_part *part, int to)
{
    struct blob_object from;
    struct err *e = blob_get(g->deps.blob, c, key_of(c, upload, part->name), &from);

    if (e && e->code == ERR_NOT_FOUND)
        return err_reason(c, ERR_NOT_FOUND, "upload_not_found",
                          "what there was of the upload is gone");
    TRY(e);
    e = copy(c, from.fd, to, part->bytes);
    close(from.fd);
    return e;
}

static struct err *add_pieces(struct gateway *g, struct ctx *c, const struct video_upload *u,
                              int to)
{
    struct err *e = NULL;

    for (size_t i = 0; !e && i < u->parts.count; i++)
        e = add_piece(g, c, u->id, &u->parts.at[i], to);
    return e;
}

struct err *tus_file_join(struct gateway *g, struct ctx *c, const struct video_upload *u,
                          struct str *scratch, struct http_upload *out)
{
    TRY(blob_scratch(g->deps.blob, c, media_asset_new(c->arena), scratch));
    struct str path = arena_str(c->arena, STR_FMT "/whole", STR_ARG(*scratch));
    int fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return failed(c, "make a file");
    struct err *e = add_pieces(g, c, u, fd);

    if (close(fd) != 0 && !e)
        e = failed(c, "close");
    if (!e)
        *out = (struct http_upload){.path = path, .size = u->length};
    return e;
}
