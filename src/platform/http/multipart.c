/* multipart/form-data: a window over the body in which the delimiter is looked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "multipart.h"

enum { WINDOW = 64 * 1024 };

enum state { PREAMBLE, AFTER_DELIMITER, HEADERS, BODY, EPILOGUE };

struct multipart {
    struct multipart_sink sink;
    struct str delimiter; /* "\r\n--boundary" */
    enum state state;
    size_t held;
    char *window;
};

/* Length of the attribute at the start of the header, up to its ';', which may stand in quotes. */
static size_t attribute_length(struct str header)
{
    bool quoted = false;
    size_t i = 0;

    for (; i < header.len && (quoted || header.ptr[i] != ';'); i++) {
        if (header.ptr[i] == '"')
            quoted = !quoted;
        else if (quoted && header.ptr[i] == '\\')
            i++;
    }
    return i < header.len ? i : header.len;
}

static struct str unquoted(struct str value)
{
    if (value.len < 2 || value.ptr[0] != '"' || value.ptr[value.len - 1] != '"')
        return value;
    return (struct str){value.ptr + 1, value.len - 2};
}

/* The value of `name` in "form-data; name=\"x\"; filename=\"y\""; *found tells "" from none. */
static struct str attribute(struct str header, struct str name, bool *found)
{
    *found = false;
    while (header.len) {
        struct str value = {header.ptr, attribute_length(header)};

        header = str_from(header, value.len + 1);
        struct str key = str_trim(str_cut(&value, '='));

        if (!str_eq_nocase(key, name))
            continue;
        *found = true;
        return unquoted(str_trim(value));
    }
    return (struct str){0};
}

static bool boundary_fits(struct str b)
{
    return b.len > 0 && b.len <= MULTIPART_BOUNDARY_MAX && !memchr(b.ptr, '\r', b.len) &&
           !memchr(b.ptr, '\n', b.len);
}

struct multipart *multipart_create(struct ctx *c, struct str content_type,
                                   const struct multipart_sink *sink)
{
    struct str rest = content_type, kind = str_trim(str_cut(&rest, ';'));
    bool found;
    struct str boundary = attribute(rest, STR("boundary"), &found);

    if (!str_eq_nocase(kind, STR("multipart/form-data")) || !boundary_fits(boundary))
        return NULL;
    struct multipart *m = arena_new(c->arena, struct multipart);

    m->sink = *sink;
    m->delimiter = arena_str(c->arena, "\r\n--" STR_FMT, STR_ARG(boundary));
    m->window = arena_bytes(c->arena, WINDOW);
    memcpy(m->window, "\r\n", 2); /* so that a delimiter at the very start is one too */
    m->held = 2;
    return m;
}

static void drop(struct multipart *m, size_t n)
{
    m->held -= n;
    memmove(m->window, m->window + n, m->held);
}

static bool find(const struct multipart *m, struct str what, size_t *at)
{
    const char *hit = memmem(m->window, m->held, what.ptr, what.len);

    if (hit)
        *at = (size_t)(hit - m->window);
    return hit != NULL;
}

/* Everything that cannot be the beginning of a delimiter. */
static size_t safe_length(const struct multipart *m)
{
    return m->held >= m->delimiter.len ? m->held - (m->delimiter.len - 1) : 0;
}

static struct err *preamble(struct multipart *m, bool *more)
{
    size_t at;
    bool found = find(m, m->delimiter, &at);

    drop(m, found ? at + m->delimiter.len : safe_length(m));
    if (found)
        m->state = AFTER_DELIMITER;
    *more = found;
    return NULL;
}

static struct err *after_delimiter(struct multipart *m, struct ctx *c, bool *more)
{
    *more = m->held >= 2;
    if (!*more)
        return NULL;
    if (memcmp(m->window, "--", 2) == 0)
        m->state = EPILOGUE;
    else if (memcmp(m->window, "\r\n", 2) == 0)
        m->state = HEADERS;
    else
        return err_new(c, ERR_INVALID, "multipart: bytes after a boundary");
    /* The line end stays: it is where the empty line of a part without headers begins. */
    drop(m, m->state == HEADERS ? 0 : 2);
    return NULL;
}

static struct err *begin_part(struct multipart *m, struct ctx *c, struct str headers)
{
    while (headers.len) {
        struct str value = str_cut(&headers, '\n'), key = str_trim(str_cut(&value, ':'));
        bool named, is_file;

        if (!str_eq_nocase(key, STR("content-disposition")))
            continue;
        (void)str_cut(&value, ';'); /* form-data */
        struct str name = attribute(str_trim(value), STR("name"), &named);

        (void)attribute(str_trim(value), STR("filename"), &is_file);
        if (named)
            return m->sink.begin(m->sink.self, c, arena_copy(c->arena, name), is_file);
    }
    return err_new(c, ERR_INVALID, "multipart: a part without a name");
}

static struct err *headers(struct multipart *m, struct ctx *c, bool *more)
{
    size_t at;

    *more = find(m, STR("\r\n\r\n"), &at);
    if (!*more)
        return m->held > MULTIPART_HEADERS_MAX
                   ? err_new(c, ERR_INVALID, "multipart: headers of a part are too long")
                   : NULL;
    TRY(begin_part(m, c, (struct str){m->window, at}));
    drop(m, at + sizeof("\r\n\r\n") - 1);
    m->state = BODY;
    return NULL;
}

static struct err *body(struct multipart *m, struct ctx *c, bool *more)
{
    size_t at;

    *more = find(m, m->delimiter, &at);
    size_t n = *more ? at : safe_length(m);

    if (n)
        TRY(m->sink.data(m->sink.self, c, (struct str){m->window, n}));
    drop(m, *more ? n + m->delimiter.len : n);
    if (!*more)
        return NULL;
    m->state = AFTER_DELIMITER;
    return m->sink.end(m->sink.self, c);
}

static struct err *advance(struct multipart *m, struct ctx *c, bool *more)
{
    switch (m->state) {
    case PREAMBLE:
        return preamble(m, more);
    case AFTER_DELIMITER:
        return after_delimiter(m, c, more);
    case HEADERS:
        return headers(m, c, more);
    case BODY:
        return body(m, c, more);
    default:
        m->held = 0;
        *more = false;
        return NULL;
    }
}

struct err *multipart_feed(struct multipart *m, struct ctx *c, struct str bytes)
{
    while (bytes.len) {
        size_t n = bytes.len < WINDOW - m->held ? bytes.len : WINDOW - m->held;
        bool more = true;

        memcpy(m->window + m->held, bytes.ptr, n);
        m->held += n;
        bytes = str_from(bytes, n);
        while (more)
            TRY(advance(m, c, &more));
    }
    return NULL;
}

struct err *multipart_finish(struct multipart *m, struct ctx *c)
{
    return m->state == EPILOGUE ? NULL : err_new(c, ERR_INVALID, "multipart: the body broke off");
}
