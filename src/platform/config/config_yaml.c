/* YAML into a batch of settings: nested maps become dotted names; nothing else is accepted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

#include <stdlib.h>
#include <yaml.h>

/* A document is walked by its events; `name` is the path to where we are. */
struct reader {
    struct config_batch *batch;
    const char *file;
    struct str text;
    char name[CONFIG_NAME_MAX];
    size_t name_len;
    size_t outer[CONFIG_DEPTH_MAX]; /* length of the name of each open map, from the outside */
    size_t depth;
    size_t lists; /* open lists, whose content is passed over */
    bool has_key; /* within a map: the key was read, its value is next */
    bool second;  /* a document has begun */
    bool done;
};

/* "duan.yaml:7" */
static const char *line_of(const struct reader *r, yaml_mark_t mark)
{
    return arena_printf(r->batch->c->arena, "%s:%zu", r->file, mark.line + 1);
}

static void stop(struct reader *r, yaml_mark_t mark, const char *why)
{
    config_batch_problem(r->batch, line_of(r, mark), "%s", why);
    r->done = true;
}

static struct str name_of(const struct reader *r)
{
    return (struct str){r->name, r->name_len};
}

/* A section with nothing in it: all its lines may be comments. */
static bool is_section(const struct reader *r)
{
    const struct config *f = r->batch->config;
    struct str name = name_of(r);

    for (size_t i = 0; i < f->count; i++) {
        struct str full = str_of(f->settings[i].name);

        if (str_starts(full, name) && full.len > name.len && full.ptr[name.len] == '.')
            return true;
    }
    return false;
}

static bool is_null(const yaml_event_t *e, struct str text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

    if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < COUNT(nulls); i++)
        if (str_eq(text, str_of(nulls[i])))
            return true;
    return false;
}

static void key(struct reader *r, const yaml_event_t *e, struct str text)
{
    bool dot = r->name_len > 0;

    if (r->name_len + dot + text.len > sizeof(r->name)) {
        stop(r, e->start_mark, "the name is too long to be one of a setting");
        return;
    }
    if (dot)
        r->name[r->name_len++] = '.';
    memcpy(r->name + r->name_len, text.ptr, text.len);
    r->name_len += text.len;
    r->has_key = true;
}

/* The value is complete: back to the name of the map around it. */
static void value_ends(struct reader *r)
{
    r->has_key = false;
    r->name_len = r->depth ? r->outer[r->depth - 1] : 0;
}

static void value(struct reader *r, const yaml_event_t *e, struct str text)
{
    const char *place = line_of(r, e->start_mark);

    if (!is_null(e, text))
        config_batch_put(r->batch, place, name_of(r), arena_copy(r->batch->c->arena, text));
    else if (!is_section(r))
        config_batch_problem(r->batch, place, "%s has no value; the empty text is \"\"",
                             config_batch_shown(r->batch, name_of(r)));
    value_ends(r);
}

static void on_document(struct reader *r, const yaml_event_t *e)
{
    if (r->second)
        stop(r, e->start_mark, "a second document begins; there may be only one");
    r->second = true;
}

static void on_alias(struct reader *r, const yaml_event_t *e)
{
    stop(r, e->start_mark, "aliases (*name) are not supported");
}

static void on_scalar(struct reader *r, const yaml_event_t *e)
{
    struct str text = {(const char *)e->data.scalar.value, e->data.scalar.length};

    if (r->lists)
        return;
    if (e->data.scalar.tag || e->data.scalar.anchor) {
        stop(r, e->start_mark, "tags (!name) and anchors (&name) are not supported");
        return;
    }
    if (r->depth && r->has_key)
        value(r, e, text);
    else if (r->depth)
        key(r, e, text);
    else if (!is_null(e, text))
        stop(r, e->start_mark, "expected lines of the form name: value");
}

static void on_map(struct reader *r, const yaml_event_t *e)
{
    if (r->lists)
        return;
    if (r->depth && !r->has_key)
        stop(r, e->start_mark, "a map cannot be the name of a setting");
    else if (r->depth == CONFIG_DEPTH_MAX)
        stop(r, e->start_mark, "too many levels");
    else if (e->data.mapping_start.tag || e->data.mapping_start.anchor)
        stop(r, e->start_mark, "tags (!name) and anchors (&name) are not supported");
    else
        r->outer[r->depth++] = r->name_len;
    r->has_key = false;
}

static void on_map_end(struct reader *r, const yaml_event_t *e)
{
    (void)e;
    if (r->lists)
        return;
    r->depth--;
    value_ends(r);
}

static void on_list(struct reader *r, const yaml_event_t *e)
{
    if (r->lists++)
        return;
    if (!r->has_key) {
        stop(r, e->start_mark, "expected lines of the form name: value");
        return;
    }
    config_batch_problem(r->batch, line_of(r, e->start_mark), "%s: a list is not expected",
                         config_batch_shown(r->batch, name_of(r)));
}

static void on_list_end(struct reader *r, const yaml_event_t *e)
{
    (void)e;
    if (--r->lists == 0)
        value_ends(r);
}

static void on_end(struct reader *r, const yaml_event_t *e)
{
    (void)e;
    r->done = true;
}

static void dispatch(struct reader *r, const yaml_event_t *e)
{
    static void (*const handlers[])(struct reader *, const yaml_event_t *) = {
        [YAML_STREAM_END_EVENT] = on_end,      [YAML_DOCUMENT_START_EVENT] = on_document,
        [YAML_ALIAS_EVENT] = on_alias,         [YAML_SCALAR_EVENT] = on_scalar,
        [YAML_SEQUENCE_START_EVENT] = on_list, [YAML_SEQUENCE_END_EVENT] = on_list_end,
        [YAML_MAPPING_START_EVENT] = on_map,   [YAML_MAPPING_END_EVENT] = on_map_end,
    };

    if ((size_t)e->type < COUNT(handlers) && handlers[e->type])
        handlers[e->type](r, e);
}

/* The reader of bytes gives an offset, the others line and column; all count from 0. */
static yaml_mark_t mark_of(const struct reader *r, const yaml_parser_t *p)
{
    yaml_mark_t mark = {0};

    if (p->error != YAML_READER_ERROR)
        return p->problem_mark;
    for (size_t i = 0; i < p->problem_offset && i < r->text.len; i++) {
        mark.column = r->text.ptr[i] == '\n' ? 0 : mark.column + 1;
        mark.line += r->text.ptr[i] == '\n';
    }
    return mark;
}

static void syntax_error(struct reader *r, const yaml_parser_t *p)
{
    yaml_mark_t mark = mark_of(r, p);
    const char *place =
        arena_printf(r->batch->c->arena, "%s:%zu", line_of(r, mark), mark.column + 1);

    if (p->error == YAML_MEMORY_ERROR)
        abort();
    config_batch_problem(r->batch, place, "%s%s%s", p->problem ? p->problem : "not YAML",
                         p->context ? " " : "", p->context ? p->context : "");
    r->done = true;
}

void config_yaml_read(struct config_batch *b, const char *place, struct str text)
{
    struct reader r = {.batch = b, .file = place};
    yaml_parser_t parser CLEANUP(yaml_parser_delete);

    r.text = str_starts(text, STR("\xef\xbb\xbf")) ? str_from(text, 3) : text;
    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    /* libyaml aborts on NULL, which an empty slice may be. */
    yaml_parser_set_input_string(&parser, (const unsigned char *)(r.text.len ? r.text.ptr : ""),
                                 r.text.len);
    while (!r.done) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            syntax_error(&r, &parser);
            continue;
        }
        dispatch(&r, &event);
        yaml_event_delete(&event);
    }
}
