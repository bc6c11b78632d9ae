/* JSON bodies: one object is read from front to back, what is in its values is passed on unread. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "json_body.h"

#include "json_reader.h"
#include "params.h"

static struct err *no_object(struct ctx *c)
{
    return err_new(c, ERR_INVALID, "the body is not a JSON object");
}

static struct str value_of(struct json_reader *r)
{
    struct json_reader ahead = *r;
    struct str raw = json_reader_raw(&ahead), text = {0};

    if (str_starts(raw, STR("\"")))
        (void)json_reader_text(r, &text);
    else
        *r = ahead;
    return raw.len && raw.ptr[0] == '"' ? text : raw;
}

struct err *json_body_parse(struct ctx *c, struct str text, size_t max, struct http_params *out)
{
    struct json_reader r = {.arena = c->arena, .pos = text.ptr, .end = text.ptr + text.len};

    if (!text.len)
        return NULL;
    if (!json_reader_enter(&r, '{'))
        return no_object(c);
    struct http_params found = {0};

    while (json_reader_next(&r)) {
        struct str name = r.name;

        if (json_reader_null(&r))
            continue;
        if (!params_add(c->arena, &found, max, (struct http_param){name, value_of(&r)}))
            return err_new(c, ERR_INVALID, "more than %zu members", max);
    }
    if (!json_reader_done(&r))
        return no_object(c);
    *out = found;
    return NULL;
}
