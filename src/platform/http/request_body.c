/* Bodies: urlencoded, JSON, multipart, a file, or something that is read and dropped. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "request_body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_server.h"
#include "json_body.h"
#include "multipart.h"
#include "params.h"

static struct err *too_large(struct request_body *b, struct ctx *c)
{
    return err_reason(c, ERR_INVALID, "too_large", "the body is larger than %lld bytes",
                      (long long)b->limits.max);
}

static struct err *text_add(struct request_body *b, struct ctx *c, struct str bytes)
{
    if (b->text.len + bytes.len > HTTP_FORM_MAX)
        return err_reason(c, ERR_INVALID, "too_large", "form fields are larger than %d bytes",
                          HTTP_FORM_MAX);
    if (b->text.len + bytes.len > b->text.room) {
        size_t room = (b->text.len + bytes.len) * 2;
        char *grown = arena_bytes(c->arena, room);

        if (b->text.len)
            memcpy(grown, b->text.at, b->text.len);
        b->text.at = grown;
        b->text.room = room;
    }
    if (bytes.len)
        memcpy(b->text.at + b->text.len, bytes.ptr, bytes.len);
    b->text.len += bytes.len;
    return NULL;
}

static struct err *spool_failed(struct ctx *c)
{
    int number = errno;

    return err_errno(c, number, "spool: %s", strerror(number));
}

static struct err *spool_open(struct request_body *b, struct ctx *c)
{
    char *path = arena_printf(c->arena, STR_FMT "/upload-XXXXXX", STR_ARG(b->limits.spool_dir));

    b->file = mkostemp(path, O_CLOEXEC);
    if (b->file < 0)
        return spool_failed(c);
    b->upload = (struct http_upload){.path = str_of(path)};
    b->has_upload = true;
    return NULL;
}

/* Is what there is of the file still wanted? */
static struct err *ask(struct request_body *b)
{
    if (b->upload.size < b->ask_at)
        return NULL;
    b->ask_at = b->upload.size + HTTP_ASK_BYTES;
    return b->limits.expect(b->limits.self, &b->params, b->upload.size);
}

static struct err *part_begin(void *self, struct ctx *c, struct str name, bool is_file)
{
    struct request_body *b = self;

    b->field = name;
    b->text.len = b->text.room = 0; /* the bytes of the last field are in use */
    b->dropped =
        is_file && (b->has_upload || !b->limits.upload || !str_eq(name, str_of(b->limits.upload)));
    return is_file && !b->dropped ? spool_open(b, c) : NULL;
}

static struct err *write_file(struct request_body *b, struct ctx *c, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = write(b->file, bytes.ptr, bytes.len);

        if (n < 0 && errno != EINTR)
            return spool_failed(c);
        bytes = str_from(bytes, n > 0 ? (size_t)n : 0);
        b->upload.size += n > 0 ? n : 0;
    }
    struct err *e = ask(b);

    if (e)
        request_body_drop(b); /* the rest is still to come: not beside this */
    return e;
}

static struct err *part_data(void *self, struct ctx *c, struct str bytes)
{
    struct request_body *b = self;

    if (b->dropped)
        return NULL;
    return b->file < 0 ? text_add(b, c, bytes) : write_file(b, c, bytes);
}

static struct err *close_file(struct request_body *b, struct ctx *c)
{
    int failed = close(b->file);

    b->file = -1;
    return failed ? spool_failed(c) : NULL;
}

static struct err *part_end(void *self, struct ctx *c)
{
    struct request_body *b = self;
    struct http_param field = {b->field, {b->text.at, b->text.len}};

    if (b->file >= 0)
        return close_file(b, c);
    if (b->dropped)
        return NULL;
    if (!params_add(c->arena, &b->params, HTTP_PARAMS_MAX, field))
        return err_new(c, ERR_INVALID, "more than %d fields", HTTP_PARAMS_MAX);
    return NULL;
}

int64_t request_body_max(const struct http_route *route, int64_t upload_max)
{
    if (!route->upload)
        return HTTP_FORM_MAX;
    return strcmp(route->upload, HTTP_SMALL_BODY) == 0 ? HTTP_FILE_MAX : upload_max;
}

void request_body_begin(struct request_body *b, struct ctx *c, struct str content_type,
                        const struct request_body_limits *limits)
{
    const struct multipart_sink sink = {b, part_begin, part_data, part_end};
    struct str rest = content_type, kind = str_trim(str_cut(&rest, ';'));

    *b = (struct request_body){.limits = *limits, .file = -1};
    if (limits->upload && *limits->upload == '/')
        b->kind = BODY_FILE;
    else if (str_eq_nocase(kind, STR("application/x-www-form-urlencoded")))
        b->kind = BODY_FORM;
    else if (str_eq_nocase(kind, STR("application/json")))
        b->kind = BODY_JSON;
    else if ((b->multipart = multipart_create(c, content_type, &sink)) != NULL)
        b->kind = BODY_MULTIPART;
}

static struct err *feed_file(struct request_body *b, struct ctx *c, struct str bytes)
{
    if (b->file < 0)
        TRY(spool_open(b, c));
    return write_file(b, c, bytes);
}

void request_body_feed(struct request_body *b, struct ctx *c, struct str bytes)
{
    b->received += (int64_t)bytes.len;
    if (b->failed)
        return;
    if (b->received > b->limits.max)
        b->failed = too_large(b, c);
    else if (b->kind == BODY_FORM || b->kind == BODY_JSON)
        b->failed = text_add(b, c, bytes);
    else if (b->kind == BODY_MULTIPART)
        b->failed = multipart_feed(b->multipart, c, bytes);
    else if (b->kind == BODY_FILE)
        b->failed = feed_file(b, c, bytes);
}

struct err *request_body_end(struct request_body *b, struct ctx *c, struct http_req *req)
{
    if (b->failed)
        return b->failed;
    if (b->kind == BODY_MULTIPART)
        TRY(multipart_finish(b->multipart, c));
    if (b->kind == BODY_FILE && b->file >= 0)
        TRY(close_file(b, c));
    if (b->kind == BODY_JSON)
        req->no_object =
            json_body_parse(c, (struct str){b->text.at, b->text.len}, HTTP_PARAMS_MAX, &b->params);
    if (b->kind == BODY_FORM &&
        !params_parse(c->arena, (struct str){b->text.at, b->text.len}, HTTP_PARAMS_MAX, &b->params))
        return err_new(c, ERR_INVALID, "more than %d parameters", HTTP_PARAMS_MAX);
    req->body = b->params;
    req->upload = b->has_upload ? &b->upload : NULL;
    return NULL;
}

void request_body_refuse(struct request_body *b, struct err *e)
{
    if (!b->failed)
        b->failed = e;
    request_body_drop(b);
}

void request_body_drop(struct request_body *b)
{
    if (b->file >= 0)
        close(b->file);
    b->file = -1;
    if (b->has_upload)
        (void)unlink(b->upload.path.ptr); /* gone already when it was taken */
    b->has_upload = false;
}
