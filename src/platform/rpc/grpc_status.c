/* How a call ended: writing trailers, and building the failure from them again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc_status.h"

#include "grpc_percent.h"

enum { CODE_OK = 0, CODE_UNKNOWN = 2, CODE_OUT_OF_RANGE = 11, CODE_MAX = 16 };

static const struct str SEPARATOR = STR_INIT(": "); /* as err_text() joins */
static const struct str NAME_STATUS = STR_INIT("grpc-status");
static const struct str NAME_MESSAGE = STR_INIT("grpc-message");
static const struct str NAME_REASON = STR_INIT("duan-reason");
static const struct str NAME_WHERE = STR_INIT("duan-where");
static const struct str NAME_RETRY = STR_INIT("duan-retry-after");

/* ---- writing ---- */

static struct str code_text(int code)
{
    static const char texts[CODE_MAX + 1][3] = {"0", "1",  "2",  "3",  "4",  "5",  "6",  "7", "8",
                                                "9", "10", "11", "12", "13", "14", "15", "16"};

    return str_of(texts[code >= CODE_OK && code <= CODE_MAX ? code : CODE_UNKNOWN]);
}

static size_t depth(const struct err *e)
{
    size_t n = 0;

    for (; e; e = e->cause)
        n++;
    return n;
}

/* Does all from here to the root fit? */
static bool fits(const struct err *e)
{
    size_t bytes = 0;

    for (const struct err *at = e; at; at = at->cause)
        bytes += strlen(at->msg) + SEPARATOR.len;
    return depth(e) <= GRPC_STATUS_PLACES && bytes <= GRPC_STATUS_MESSAGE;
}

static const struct err *what_fits(const struct err *e)
{
    while (e->cause && !fits(e))
        e = e->cause;
    return e;
}

/* Not in the middle of a character. */
static size_t kept_len(struct str text)
{
    size_t len = text.len;

    if (len > GRPC_STATUS_MESSAGE)
        for (len = GRPC_STATUS_MESSAGE; len && (text.ptr[len] & 0xc0) == 0x80;)
            len--;
    return len;
}

static struct str places(struct ctx *c, const struct err *e)
{
    const char *text = "";

    for (; e; e = e->cause)
        text = arena_printf(c->arena, "%s%s%s %zu", text, *text ? ", " : "",
                            e->where ? e->where : "?", kept_len(str_of(e->msg)));
    return str_of(text);
}

static void add(struct ctx *c, struct str name, struct str value, nghttp2_nv *out, size_t *n)
{
    if (value.len)
        out[(*n)++] =
            h2_header(name, grpc_percent_encode(c->arena, value), NGHTTP2_NV_FLAG_NO_INDEX);
}

size_t grpc_status_write(struct ctx *c, const struct err *e, nghttp2_nv *out)
{
    size_t n = 0;

    out[n++] = h2_header(NAME_STATUS, code_text(e ? (int)e->code : CODE_OK), NGHTTP2_NV_FLAG_NONE);
    if (!e)
        return n;
    const struct err *kept = what_fits(e);
    struct str text = str_of(err_text(c, kept));

    text.len = kept_len(text);
    add(c, NAME_MESSAGE, text, out, &n);
    add(c, NAME_REASON, str_of(e->reason), out, &n);
    add(c, NAME_WHERE, places(c, kept), out, &n);
    if (e->retry_after_s > 0)
        add(c, NAME_RETRY, arena_str(c->arena, "%d", e->retry_after_s), out, &n);
    return n;
}

/* ---- reading ---- */

static int read_code(struct str value)
{
    int64_t code;

    return str_to_i64(value, &code) && code >= CODE_OK && code <= CODE_MAX ? (int)code
                                                                           : CODE_UNKNOWN;
}

static int read_seconds(struct str value)
{
    enum { DAY = 24 * 3600 };
    int64_t seconds;

    return str_to_i64(value, &seconds) && seconds > 0 && seconds <= DAY ? (int)seconds : 0;
}

void grpc_status_read(struct grpc_status *s, struct arena *a, struct str name, struct str value)
{
    if (str_eq(name, NAME_STATUS))
        s->code = read_code(value);
    else if (str_eq(name, NAME_MESSAGE))
        s->message = grpc_percent_decode(a, value);
    else if (str_eq(name, NAME_REASON))
        s->reason = grpc_percent_decode(a, value);
    else if (str_eq(name, NAME_WHERE))
        s->where = grpc_percent_decode(a, value);
    else if (str_eq(name, NAME_RETRY))
        s->retry_after_s = read_seconds(value);
}

/* Codes that we have no name for: a peer's trouble, and a wrong argument. */
static enum err_code code_of(int code)
{
    if (code == CODE_UNKNOWN || code < 0)
        return ERR_INTERNAL;
    return code == CODE_OUT_OF_RANGE ? ERR_INVALID : (enum err_code)code;
}

/* One failure of the chain: without causes, with all that is the same for the whole of it. */
static struct err *link_new(struct ctx *c, const struct grpc_status *s, struct str place,
                            struct str message)
{
    struct err *e = arena_new(c->arena, struct err);

    e->code = code_of(s->code);
    e->reason = s->reason.len ? arena_copy(c->arena, s->reason).ptr : NULL;
    e->msg = arena_copy(c->arena, message).ptr;
    e->where = arena_copy(c->arena, place).ptr;
    e->retry_after_s = s->retry_after_s;
    return e;
}

/* Its part of the message, with what joins it to the next; false: the lengths are not of this text.
 */
static bool cut_part(struct str *message, size_t len, bool last, struct str *part)
{
    if (len > message->len)
        return false;
    *part = (struct str){message->ptr, len};
    *message = str_from(*message, len);
    if (last)
        return message->len == 0;
    if (!str_starts(*message, SEPARATOR))
        return false;
    *message = str_from(*message, SEPARATOR.len);
    return true;
}

static bool cut_place(struct str *where, struct str *place, size_t *len)
{
    struct str length = str_trim(str_cut(where, ','));
    int64_t number;

    *place = str_cut(&length, ' ');
    if (!place->len || !str_to_i64(length, &number) || number < 0)
        return false;
    *len = (size_t)number;
    return true;
}

/* The chain as it was; NULL when places and message do not belong together. */
static struct err *build_chain(struct ctx *c, const struct grpc_status *s)
{
    struct str where = s->where, message = s->message, place, part;
    struct err *first = NULL, *last = NULL;
    size_t len;

    for (size_t i = 0; i < GRPC_STATUS_PLACES && where.len; i++) {
        if (!cut_place(&where, &place, &len) || !cut_part(&message, len, where.len == 0, &part))
            return NULL;
        struct err *e = link_new(c, s, place, part);

        if (last)
            last->cause = e;
        else
            first = e;
        last = e;
    }
    return where.len ? NULL : first;
}

struct err *grpc_status_err(struct ctx *c, const struct grpc_status *s)
{
    if (s->code == CODE_OK)
        return NULL;
    struct err *chain = build_chain(c, s);

    return chain ? chain : link_new(c, s, STR("peer"), s->message);
}
