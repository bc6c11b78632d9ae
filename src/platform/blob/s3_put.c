/* Uploads: small files at once, large ones in parts that appear together or not at all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "s3_put.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "s3_xml.h"

enum { ABORT_MS = 5000 };

/* One upload in parts. */
struct parts {
    struct s3_client *s;
    struct ctx *c;
    struct str key, id; /* id: encoded for a query */
    int fd;
    int64_t size;
    size_t count;
    struct str *etags;
};

static struct err *put_whole(struct s3_client *s, struct ctx *c, struct str key, int fd,
                             int64_t size)
{
    const struct s3_body body = {.fd = fd, .length = size};
    const struct s3_request req = {.method = "PUT", .key = key, .body = &body};
    struct s3_reply reply;

    return s3_send(s, c, &req, &reply);
}

static struct err *begin(struct parts *p)
{
    const struct s3_body nothing = {.fd = -1};
    const struct s3_request req = {
        .method = "POST", .key = p->key, .query = "uploads=", .body = &nothing};
    struct s3_reply reply;

    TRY(s3_send(p->s, p->c, &req, &reply));
    struct str id = s3_xml_text(reply.body, STR("UploadId"));

    if (!id.len)
        return err_new(p->c, ERR_UNAVAILABLE, "the object store began no upload");
    p->id = s3_encode(p->c->arena, s3_xml_unescape(p->c->arena, id));
    return NULL;
}

static struct err *put_part(struct parts *p, size_t i)
{
    int64_t offset = (int64_t)i * S3_PART_BYTES, left = p->size - offset;
    const struct s3_body body = {
        .fd = p->fd, .offset = offset, .length = left < S3_PART_BYTES ? left : S3_PART_BYTES};
    const struct s3_request req = {
        .method = "PUT",
        .key = p->key,
        .query =
            arena_printf(p->c->arena, "partNumber=%zu&uploadId=" STR_FMT, i + 1, STR_ARG(p->id)),
        .body = &body,
    };
    struct s3_reply reply;

    TRY(s3_send(p->s, p->c, &req, &reply));
    p->etags[i] = reply.etag;
    return NULL;
}

static struct str list_of(const struct parts *p)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        abort();
    (void)fputs("<CompleteMultipartUpload>", out);
    for (size_t i = 0; i < p->count; i++)
        (void)fprintf(out, "<Part><PartNumber>%zu</PartNumber><ETag>" STR_FMT "</ETag></Part>",
                      i + 1, STR_ARG(p->etags[i]));
    (void)fputs("</CompleteMultipartUpload>", out);
    if (fclose(out) != 0)
        abort();
    struct str list = arena_copy(p->c->arena, (struct str){text, len});

    free(text);
    return list;
}

/* The answer may be 200 and tell of a failure all the same: the store said it before it knew. */
static struct err *end(struct parts *p)
{
    struct str list = list_of(p);
    const struct s3_body body = {.fd = -1, .length = (int64_t)list.len, .bytes = list.ptr};
    const struct s3_request req = {
        .method = "POST",
        .key = p->key,
        .query = arena_printf(p->c->arena, "uploadId=" STR_FMT, STR_ARG(p->id)),
        .body = &body,
    };
    struct s3_reply reply;

    TRY(s3_send(p->s, p->c, &req, &reply));
    struct str word = s3_xml_text(reply.body, STR("Code"));

    return word.len ? err_new(p->c, ERR_UNAVAILABLE,
                              "the object store did not join the parts: " STR_FMT, STR_ARG(word))
                    : NULL;
}

/* Whatever the deadline was: what is left over costs money until somebody finds it. */
static struct err *abort_upload(struct s3_client *s, struct ctx *c, struct str key, struct str id)
{
    struct ctx late = *c;
    const struct s3_request req = {
        .method = "DELETE",
        .key = key,
        .query = arena_printf(c->arena, "uploadId=" STR_FMT, STR_ARG(id)),
        .cleans_up = true,
    };
    struct s3_reply reply;

    late.deadline_ns = clock_monotonic_ns() + ABORT_MS * (int64_t)CLOCK_NS_PER_MS;
    struct err *e = s3_send(s, &late, &req, &reply);

    return e && e->code == ERR_NOT_FOUND ? NULL : e;
}

static struct err *put_parts(struct parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        TRY(put_part(p, i));
    return end(p);
}

static struct err *put_in_parts(struct parts *p)
{
    TRY(s3_put_forget(p->s, p->c, p->key));
    TRY(begin(p));
    struct err *e = put_parts(p);

    if (!e)
        return NULL;
    struct err *left = abort_upload(p->s, p->c, p->key, p->id);

    return left ? err_wrap(p->c, e, "an unfinished upload is left in the store (%s)",
                           err_code_name(left->code))
                : e;
}

struct err *s3_put_file(struct s3_client *s, struct ctx *c, struct str key, int fd, int64_t size)
{
    struct parts p = {.s = s, .c = c, .key = key, .fd = fd, .size = size};

    if (size <= S3_PART_BYTES)
        return put_whole(s, c, key, fd, size);
    p.count = (size_t)((size + S3_PART_BYTES - 1) / S3_PART_BYTES);
    if (p.count > S3_PARTS_MAX)
        return err_new(c, ERR_INVALID, "%" PRId64 " bytes are too many for one object", size);
    p.etags = arena_array(c->arena, struct str, p.count);
    return put_in_parts(&p);
}

/* Of one page; the store's pages are of a thousand, and one key has one or none. */
struct err *s3_put_forget(struct s3_client *s, struct ctx *c, struct str prefix)
{
    struct arena *a = c->arena;
    const struct s3_request req = {
        .method = "GET",
        .query = arena_printf(a, "prefix=" STR_FMT "&uploads=", STR_ARG(s3_encode(a, prefix))),
    };
    struct s3_reply reply;
    struct str one;

    TRY(s3_send(s, c, &req, &reply));
    for (struct str rest = reply.body; (one = s3_xml_next(&rest, STR("Upload"))).len;) {
        struct str id = s3_xml_unescape(a, s3_xml_text(one, STR("UploadId")));

        TRY(abort_upload(s, c, s3_xml_unescape(a, s3_xml_text(one, STR("Key"))), s3_encode(a, id)));
    }
    return NULL;
}
