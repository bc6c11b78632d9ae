/* The driver for object stores. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob_s3.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob_impl.h"
#include "clock.h"
#include "s3_put.h"
#include "s3_xml.h"

enum { FETCH_BYTES = 16 << 20, LOOK_MS = 5000 };

struct blob_s3 {
    struct blob base; /* first */
    struct s3_client *client;
};

static struct blob_s3 *of(struct blob *base)
{
    return (struct blob_s3 *)base;
}

/* ---- putting ---- */

static struct err *put_open(struct blob_s3 *b, struct ctx *c, struct str key, int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return blob_failed(c, "look at the file for", key);
    return s3_put_file(b->client, c, key, fd, st.st_size);
}

/* Like the folder's: the file is gone when it is an object. */
static struct err *put(struct blob *base, struct ctx *c, struct str key, struct str file)
{
    int fd = open(file.ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return blob_failed(c, "open", file);
    struct err *e = put_open(of(base), c, key, fd);

    close(fd);
    if (!e && unlink(file.ptr) != 0)
        return blob_failed(c, "remove", file);
    return e;
}

/* ---- getting ---- */

/* One piece of what we have seen the head of: of that very object, or ERR_ABORTED. */
static struct err *fetch_piece(struct blob_s3 *b, struct ctx *c, struct str key, struct str etag,
                               const struct s3_sink *into)
{
    const struct s3_request req = {
        .method = "GET",
        .key = key,
        .headers = {arena_printf(c->arena, "Range: bytes=%" PRId64 "-%" PRId64, into->offset,
                                 into->offset + into->length - 1),
                    arena_printf(c->arena, "If-Match: " STR_FMT, STR_ARG(etag))},
        .sink = into,
    };
    struct s3_reply reply;

    TRY(s3_send(b->client, c, &req, &reply));
    return reply.length == into->length
               ? NULL
               : err_new(c, ERR_DATA_LOSS, STR_FMT ": a piece of %" PRId64 " bytes has %" PRId64,
                         STR_ARG(key), into->length, reply.length);
}

static struct err *fetch(struct blob_s3 *b, struct ctx *c, struct str key,
                         const struct s3_reply *head, int fd)
{
    for (int64_t at = 0; at < head->length; at += FETCH_BYTES) {
        int64_t left = head->length - at;
        const struct s3_sink into = {
            .fd = fd, .offset = at, .length = left < FETCH_BYTES ? left : FETCH_BYTES};

        TRY(fetch_piece(b, c, key, head->etag, &into));
    }
    return NULL;
}

static struct err *look(struct blob_s3 *b, struct ctx *c, struct str key, struct s3_reply *out)
{
    const struct s3_request req = {.method = "HEAD", .key = key};

    return s3_send(b->client, c, &req, out);
}

/* The whole object, in a file that has no name. */
static struct err *get(struct blob *base, struct ctx *c, struct str key, struct blob_object *out)
{
    struct s3_reply head;

    TRY(look(of(base), c, key, &head));
    int fd = open(base->root, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

    if (fd < 0)
        return blob_failed(c, "make a file in", str_of(base->root));
    struct err *e = fetch(of(base), c, key, &head, fd);

    if (e) {
        close(fd);
        return e;
    }
    *out = (struct blob_object){fd, head.length, head.modified_ms};
    return NULL;
}

/* ---- removing ---- */

/* *count: how many are named. */
static struct str removal_of(struct ctx *c, struct str page, size_t *count)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct str key;

    if (!out)
        abort();
    *count = 0;
    (void)fputs("<Delete><Quiet>true</Quiet>", out);
    for (struct str rest = page; (key = s3_xml_next(&rest, STR("Key"))).len; ++*count)
        (void)fprintf(out, "<Object><Key>" STR_FMT "</Key></Object>", STR_ARG(key));
    (void)fputs("</Delete>", out);
    if (fclose(out) != 0)
        abort();
    struct str list = arena_copy(c->arena, (struct str){text, len});

    free(text);
    return list;
}

static struct err *remove_keys(struct blob_s3 *b, struct ctx *c, struct str page)
{
    size_t count;
    struct str list = removal_of(c, page, &count);

    if (!count)
        return NULL;
    const struct s3_body body = {.fd = -1, .length = (int64_t)list.len, .bytes = list.ptr};
    const struct s3_request req = {.method = "POST", .query = "delete=", .body = &body};
    struct s3_reply reply;

    TRY(s3_send(b->client, c, &req, &reply));
    struct str refused = s3_xml_text(reply.body, STR("Error"));

    return refused.len
               ? err_new(c, ERR_UNAVAILABLE, "the object store did not remove all: " STR_FMT,
                         STR_ARG(s3_xml_text(refused, STR("Code"))))
               : NULL;
}

/* What was removed is not listed again, so every page is the first. */
static struct err *take_away(struct blob *base, struct ctx *c, struct str prefix)
{
    struct blob_s3 *b = of(base);
    struct str folder = arena_str(c->arena, STR_FMT "/", STR_ARG(prefix));
    const struct s3_request req = {
        .method = "GET",
        .query = arena_printf(c->arena, "list-type=2&prefix=" STR_FMT,
                              STR_ARG(s3_encode(c->arena, folder))),
    };
    struct s3_reply page;

    TRY(s3_put_forget(b->client, c, folder));
    do {
        TRY(s3_send(b->client, c, &req, &page));
        TRY(remove_keys(b, c, page.body));
    } while (str_eq(s3_xml_text(page.body, STR("IsTruncated")), STR("true")));
    return NULL;
}

/* ---- life ---- */

static void shut(struct blob *base)
{
    s3_client_destroy(of(base)->client);
    free(base);
}

static const struct blob_ops ops = {
    .close = shut,
    .put = put,
    .get = get,
    .remove = take_away,
};

static struct err *make_bucket(struct blob_s3 *b, struct ctx *c)
{
    const struct s3_request req = {.method = "PUT"};
    struct s3_reply reply;

    return s3_send(b->client, c, &req, &reply);
}

static struct err *look_at_bucket(struct blob_s3 *b, struct ctx *c,
                                  const struct blob_s3_options *options)
{
    struct ctx soon = *c;
    struct s3_reply head;

    soon.deadline_ns = clock_monotonic_ns() + LOOK_MS * (int64_t)CLOCK_NS_PER_MS;
    struct err *e = look(b, &soon, (struct str){0}, &head);

    if (e && e->code == ERR_NOT_FOUND)
        return options->create ? make_bucket(b, &soon)
                               : err_new(c, ERR_NOT_FOUND, "there is no bucket \"" STR_FMT "\"",
                                         STR_ARG(options->s3.bucket));
    return e && e->reason != BLOB_STORE_AWAY && e->code != ERR_TIMEOUT ? e : NULL;
}

struct err *blob_open_s3(struct ctx *c, const struct blob_s3_options *options, struct str dir,
                         struct blob **out)
{
    struct blob_s3 *b = calloc(1, sizeof(*b));
    struct err *e;

    if (!b)
        abort();
    b->base.ops = &ops;
    if ((e = s3_client_create(c, &options->s3, &b->client)) != NULL ||
        (e = blob_open_folders(&b->base, c, dir)) != NULL ||
        (e = look_at_bucket(b, c, options)) != NULL)
        goto fail;
    *out = &b->base;
    return NULL;

fail:
    blob_close(&b->base);
    return e;
}
