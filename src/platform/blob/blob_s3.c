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

#include "blob_cache.h"
#include "clock.h"
#include "s3_get.h"
#include "s3_put.h"
#include "s3_xml.h"

enum {
    LOOK_MS = 5000,
    LINK_PERIOD_S = 15 * 60,
    LINK_VALID_S = 75 * 60, /* an hour at least: a video is watched through */
};

struct blob_s3 {
    struct blob base; /* first */
    struct s3_client *client;
    struct blob_cache *cache; /* NULL: views are of whole objects */
    bool links;
};

static struct blob_s3 *of(struct blob *base)
{
    return (struct blob_s3 *)base;
}

/* ---- putting ---- */

static void forget(struct blob_s3 *b, struct str prefix)
{
    if (b->cache)
        blob_cache_forget(b->cache, prefix);
}

static struct err *put_open(struct blob_s3 *b, struct ctx *c, struct str key, int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return blob_failed(c, "look at the file for", key);
    TRY(s3_put_file(b->client, c, key, fd, st.st_size));
    forget(b, key);
    return NULL;
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

/* The whole object, in a file that has no name. */
static struct err *get(struct blob *base, struct ctx *c, struct str key, struct blob_object *out)
{
    struct s3_reply head;

    TRY(s3_get_head(of(base)->client, c, key, &head));
    int fd = blob_nameless_file(base->root);

    if (fd < 0)
        return blob_failed(c, "make a file in", str_of(base->root));
    struct err *e = s3_get_all(of(base)->client, c, key, &head, fd);

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
    forget(b, prefix);
    return NULL;
}

/* ---- for players ---- */

static struct err *view(struct blob *base, struct ctx *c, struct str key, struct blob_view **out)
{
    struct blob_s3 *b = of(base);

    return b->cache ? blob_cache_view(b->cache, c, key, out) : blob_view_local(base, c, key, out);
}

/* Who asks within one period is given the same URL, so that caches on the way serve it again. */
static struct str link_to(struct blob *base, struct ctx *c, struct str key, const char *type,
                          int *valid_s)
{
    int64_t now = clock_wall_ms() / CLOCK_MS_PER_S, begin = now - now % LINK_PERIOD_S;

    if (!of(base)->links)
        return (struct str){0};
    *valid_s = (int)(begin + LINK_PERIOD_S - now);
    return s3_presign(of(base)->client, c->arena, key, type, begin, LINK_VALID_S);
}

static struct str link_origin(struct blob *base)
{
    return of(base)->links ? s3_client_origin(of(base)->client) : (struct str){0};
}

/* ---- life ---- */

static void stop(struct blob *base)
{
    s3_client_stop(of(base)->client);
    if (of(base)->cache)
        blob_cache_stop(of(base)->cache);
}

static void stats(struct blob *base, struct blob_stats *out)
{
    struct blob_s3 *b = of(base);
    struct s3_stats s = s3_client_stats(b->client);

    *out = (struct blob_stats){s.requests, s.retries, s.failures,
                               b->cache ? blob_cache_bytes(b->cache) : 0};
}

static void shut(struct blob *base)
{
    if (of(base)->cache)
        stop(base); /* its threads may be under way */
    blob_cache_destroy(of(base)->cache);
    s3_client_destroy(of(base)->client);
    free(base);
}

static const struct blob_ops ops = {
    .close = shut,
    .put = put,
    .get = get,
    .remove = take_away,
    .view = view,
    .link = link_to,
    .link_origin = link_origin,
    .stop = stop,
    .stats = stats,
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
    struct err *e = s3_get_head(b->client, &soon, (struct str){0}, &head);

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
    b->links = options->links;
    if ((e = s3_client_create(c, &options->s3, &b->client)) != NULL ||
        (e = blob_open_folders(&b->base, c, dir)) != NULL ||
        (e = look_at_bucket(b, c, options)) != NULL)
        goto fail;
    if (options->cache_bytes)
        b->cache = blob_cache_create(b->client, b->base.root, options->cache_bytes);
    *out = &b->base;
    return NULL;

fail:
    blob_close(&b->base);
    return e;
}
