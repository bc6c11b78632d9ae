/* The guard: walks the parsed headers and checks that they are what was sent. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mhd_guard.h"

#include <string.h>

enum { HEADERS_MAX = 100 };

struct walk {
    struct mhd_head *head;
    const char *next; /* where the next name must begin */
    const char *end;  /* of the head, as far as the library read */
    struct str transfer;
    unsigned headers, hosts, lengths, transfers;
    bool broken, unexpected; /* unexpected: the client expects what we do not know */
};

/* RFC 9110, section 5.6.2: what a field name may be made of. */
static const unsigned char token[256] = {
    ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['!'] = 1, ['#'] = 1, ['$'] = 1,
    ['%'] = 1,         ['&'] = 1,         ['\''] = 1,        ['*'] = 1, ['+'] = 1, ['-'] = 1,
    ['.'] = 1,         ['^'] = 1,         ['_'] = 1,         ['`'] = 1, ['|'] = 1, ['~'] = 1,
};

static const struct {
    struct str name;
    enum http_header header;
} known[] = {
    {STR_INIT("accept-encoding"), HTTP_ACCEPT_ENCODING},
    {STR_INIT("authorization"), HTTP_AUTHORIZATION},
    {STR_INIT("content-type"), HTTP_CONTENT_TYPE},
    {STR_INIT("if-none-match"), HTTP_IF_NONE_MATCH},
    {STR_INIT("if-range"), HTTP_IF_RANGE},
    {STR_INIT("last-event-id"), HTTP_LAST_EVENT_ID},
    {STR_INIT("range"), HTTP_RANGE},
    {STR_INIT("traceparent"), HTTP_TRACEPARENT},
    {STR_INIT("x-request-id"), HTTP_REQUEST_ID},
    {STR_INIT("user-agent"), HTTP_USER_AGENT},
    {STR_INIT("tus-resumable"), HTTP_TUS_RESUMABLE},
    {STR_INIT("upload-checksum"), HTTP_UPLOAD_CHECKSUM},
    {STR_INIT("upload-length"), HTTP_UPLOAD_LENGTH},
    {STR_INIT("upload-metadata"), HTTP_UPLOAD_METADATA},
    {STR_INIT("upload-offset"), HTTP_UPLOAD_OFFSET},
    {STR_INIT("host"), HTTP_HOST},
    {STR_INIT("cookie"), HTTP_COOKIE},
    {STR_INIT("origin"), HTTP_ORIGIN},
    {STR_INIT("referer"), HTTP_REFERER},
    {STR_INIT("sec-fetch-site"), HTTP_SEC_FETCH_SITE},
};

static bool is_token(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!token[(unsigned char)name.ptr[i]])
            return false;
    return name.len > 0;
}

/* Does this header stand where the one before it ended? */
static bool in_chain(const struct walk *w, struct str name, struct str value)
{
    const char *from = name.ptr + name.len + 1;

    if (name.ptr != w->next || value.ptr < from)
        return false;
    while (from < value.ptr && (*from == ' ' || *from == '\t'))
        from++;
    return from == value.ptr && !memchr(value.ptr, '\r', value.len);
}

static void take_framing(struct walk *w, struct str name, struct str value)
{
    if (str_eq_nocase(name, STR("host"))) {
        w->hosts++;
    } else if (str_eq_nocase(name, STR("content-length"))) {
        w->lengths++;
        if (!str_to_i64(value, &w->head->length) || w->head->length < 0 || value.ptr[0] == '-')
            w->broken = true;
    } else if (str_eq_nocase(name, STR("transfer-encoding"))) {
        w->transfers++;
        w->transfer = value;
    } else if (str_eq_nocase(name, STR("expect"))) {
        w->unexpected |= !str_eq_nocase(value, STR("100-continue"));
    } else if (str_eq_nocase(name, STR("content-type"))) {
        w->head->content_type = value;
    }
}

static enum MHD_Result header(void *arg, enum MHD_ValueKind kind, const char *name_ptr,
                              size_t name_len, const char *value_ptr, size_t value_len)
{
    struct walk *w = arg;
    struct str name = {name_ptr, name_len}, value = {value_ptr ? value_ptr : "", value_len};

    (void)kind;
    if (++w->headers > HEADERS_MAX || !is_token(name) || !value_ptr || !in_chain(w, name, value)) {
        w->broken = true;
        return MHD_NO;
    }
    w->next = value.ptr + value.len + 2;
    take_framing(w, name, value);
    for (size_t i = 0; i < COUNT(known); i++)
        if (str_eq_nocase(name, known[i].name))
            w->head->known[known[i].header] = value;
    return MHD_YES;
}

/* Behind the last header comes CR LF, and with that the head ends: NULs in a value look like line
 * ends, and a bare LF like CR LF with nothing behind it, but they end it elsewhere. */
static bool chain_ends(const struct walk *w)
{
    return !w->next[-2] && !w->next[-1] && !w->next[0] && !w->next[1] && w->next + 2 == w->end;
}

static unsigned verdict(const struct walk *w, const char *uri_end, const char *version)
{
    bool old = strcmp(version, "HTTP/1.0") == 0;

    if (w->headers > HEADERS_MAX)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    if (w->broken || !uri_end || uri_end + 1 != version || !chain_ends(w))
        return MHD_HTTP_BAD_REQUEST;
    if (!old && strcmp(version, "HTTP/1.1") != 0)
        return MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED;
    if (w->hosts > 1 || (!old && w->hosts == 0) || w->lengths > 1 || w->transfers > 1 ||
        (w->transfers && (w->lengths || old)))
        return MHD_HTTP_BAD_REQUEST;
    if (w->transfers && !str_eq_nocase(w->transfer, STR("chunked")))
        return MHD_HTTP_NOT_IMPLEMENTED;
    if (w->unexpected && !old)
        return MHD_HTTP_EXPECTATION_FAILED;
    return 0;
}

const char *mhd_guard_uri(const char *uri)
{
    const char *end = uri + strcspn(uri, " \t\r");

    return *end ? NULL : end;
}

void mhd_guard_check(struct MHD_Connection *conn, const char *method, const char *uri_end,
                     const char *version, struct mhd_head *out)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    struct walk w = {.head = out, .next = version + strlen(version) + 2};

    if (info)
        w.end = method + info->header_size;
    *out = (struct mhd_head){.length = -1};
    (void)MHD_get_connection_values_n(conn, MHD_HEADER_KIND, header, &w);
    out->chunked = w.transfers > 0;
    out->refused = verdict(&w, uri_end, version);
}

struct joining {
    struct str name;
    char *to; /* NULL: only measured */
    size_t len;
};

static enum MHD_Result join_one(void *arg, enum MHD_ValueKind kind, const char *name,
                                size_t name_len, const char *value, size_t value_len)
{
    struct joining *j = arg;

    (void)kind;
    if (!str_eq_nocase((struct str){name, name_len}, j->name))
        return MHD_YES;
    if (j->to) {
        memcpy(j->to + j->len, value, value_len);
        j->to[j->len + value_len] = ',';
    }
    j->len += value_len + 1;
    return MHD_YES;
}

struct str mhd_guard_join(struct MHD_Connection *conn, struct arena *a, struct str name)
{
    struct joining j = {.name = name};

    (void)MHD_get_connection_values_n(conn, MHD_HEADER_KIND, join_one, &j);
    if (!j.len)
        return (struct str){0};
    j.to = arena_bytes(a, j.len);
    j.len = 0;
    (void)MHD_get_connection_values_n(conn, MHD_HEADER_KIND, join_one, &j);
    return (struct str){j.to, j.len - 1};
}
