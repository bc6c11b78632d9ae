/* The proto3 codec: writes a message backwards, reads it forwards, each in one pass. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "codec.h"

#include "utf8.h"

enum { VARINT_MAX = 10, FIRST_BUFFER = 512, FIRST_LIST = 4 };

/* What follows a tag; 3 and 4 are the groups of proto2. */
enum wire { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

_Static_assert(sizeof(enum codec_kind) == sizeof(int32_t), "an enum is read as an int32_t");

/* Bytes of a value in its struct or list. */
static const uint8_t width[] = {
    [CODEC_BOOL] = sizeof(bool),         [CODEC_I32] = sizeof(int32_t),
    [CODEC_U32] = sizeof(uint32_t),      [CODEC_64] = sizeof(uint64_t),
    [CODEC_STRING] = sizeof(struct str), [CODEC_BYTES] = sizeof(struct str),
};

static enum wire wire_of(enum codec_kind kind)
{
    return kind < CODEC_STRING ? VARINT : BYTES;
}

static bool packable(const struct codec_field *f)
{
    return f->repeated && wire_of(f->kind) == VARINT;
}

/* From one element of a list to the next. */
static size_t step_of(const struct codec_field *f)
{
    return f->kind == CODEC_MESSAGE ? f->type->size : width[f->kind];
}

/* What every generated list looks like; copied in and out, never aliased. */
struct list {
    void *at;
    size_t count;
};

/* A struct x * of a message, copied out for the same reason. */
static void *pointer(const void *p)
{
    void *v;

    memcpy(&v, p, sizeof(v));
    return v;
}

void *codec_new(struct arena *a, const struct codec_type *type)
{
    return arena_alloc(a, 1, type->size, _Alignof(max_align_t));
}

/*
 * Writing runs from the last field to the first and from the end of the buffer towards its start,
 * so the length of a nested message is known when it is written: one pass, no sizes kept.
 */
struct writer {
    struct arena *arena;
    char *start, *pos, *end;
};

static size_t written(const struct writer *w)
{
    return (size_t)(w->end - w->pos);
}

static void grow(struct writer *w, size_t need)
{
    size_t used = written(w), size = ((size_t)(w->end - w->start) + need) * 2;
    char *start = arena_bytes(w->arena, size), *pos = start + size - used;

    memcpy(pos, w->pos, used);
    *w = (struct writer){w->arena, start, pos, start + size};
}

static void write_raw(struct writer *w, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    if ((size_t)(w->pos - w->start) < len)
        grow(w, len);
    w->pos -= len;
    memcpy(w->pos, bytes, len);
}

static void write_varint(struct writer *w, uint64_t v)
{
    uint8_t buf[VARINT_MAX];
    size_t n = 0;

    for (; v >= 0x80; v >>= 7)
        buf[n++] = (uint8_t)(v | 0x80);
    buf[n++] = (uint8_t)v;
    write_raw(w, buf, n);
}

static void write_tag(struct writer *w, const struct codec_field *f, enum wire wire)
{
    write_varint(w, f->number << 3 | (uint32_t)wire);
}

static uint64_t load(enum codec_kind kind, const void *p)
{
    if (kind == CODEC_BOOL)
        return *(const bool *)p;
    if (kind == CODEC_I32)
        return (uint64_t)(int64_t) * (const int32_t *)p; /* a negative one takes ten bytes */
    return kind == CODEC_U32 ? *(const uint32_t *)p : *(const uint64_t *)p;
}

static void write_message(struct writer *w, const struct codec_type *type, const void *msg);

/* One value, without its tag. */
static void write_value(struct writer *w, const struct codec_field *f, const void *p)
{
    size_t before = written(w);

    if (wire_of(f->kind) == VARINT) {
        write_varint(w, load(f->kind, p));
        return;
    }
    if (f->kind == CODEC_MESSAGE) {
        write_message(w, f->type, p);
    } else {
        const struct str *s = p;

        write_raw(w, s->ptr, s->len);
    }
    write_varint(w, written(w) - before);
}

static void write_list(struct writer *w, const struct codec_field *f, const void *p)
{
    size_t before = written(w);
    struct list l;

    memcpy(&l, p, sizeof(l));
    for (size_t i = l.count; i-- > 0;) {
        write_value(w, f, (const char *)l.at + i * step_of(f));
        if (!packable(f))
            write_tag(w, f, BYTES);
    }
    if (packable(f) && l.count) {
        write_varint(w, written(w) - before);
        write_tag(w, f, BYTES);
    }
}

static bool is_set(const struct codec_field *f, const char *msg)
{
    const void *p = msg + f->offset;

    if (f->has)
        return *(const bool *)(msg + f->has);
    if (f->kind == CODEC_MESSAGE)
        return pointer(p) != NULL;
    return wire_of(f->kind) == VARINT ? load(f->kind, p) != 0 : ((const struct str *)p)->len > 0;
}

static void write_message(struct writer *w, const struct codec_type *type, const void *msg)
{
    for (size_t i = type->count; i-- > 0;) {
        const struct codec_field *f = &type->fields[i];
        const void *p = (const char *)msg + f->offset;

        if (f->repeated) {
            write_list(w, f, p);
        } else if (is_set(f, msg)) {
            write_value(w, f, f->kind == CODEC_MESSAGE ? pointer(p) : p);
            write_tag(w, f, wire_of(f->kind));
        }
    }
}

struct str codec_encode(struct ctx *c, const struct codec_type *type, const void *msg)
{
    struct writer w = {.arena = c->arena, .start = arena_bytes(c->arena, FIRST_BUFFER)};

    w.pos = w.end = w.start + FIRST_BUFFER;
    write_message(&w, type, msg);
    return (struct str){w.pos, written(&w)};
}

/* Reading is one pass too. What it shares from the outermost message to the innermost: */
struct decoding {
    struct arena *arena;
    size_t memory;                 /* what is left of CODEC_MEMORY_MAX */
    const struct codec_field *bad; /* where it failed */
};

struct reader {
    struct decoding *all;
    struct str rest; /* of this message */
    unsigned depth;  /* how many more may be nested in it */
};

static bool read_varint(struct reader *r, uint64_t *out)
{
    uint64_t v = 0;

    for (size_t i = 0; i < VARINT_MAX && i < r->rest.len; i++) {
        uint8_t byte = (uint8_t)r->rest.ptr[i];

        v |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            r->rest = str_from(r->rest, i + 1);
            *out = v;
            return true;
        }
    }
    return false;
}

static bool read_tag(struct reader *r, uint32_t *number, enum wire *wire)
{
    uint64_t tag;

    if (!read_varint(r, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
        return false;
    *number = (uint32_t)(tag >> 3);
    *wire = (enum wire)(tag & 7);
    return true;
}

static bool read_raw(struct reader *r, uint64_t len, struct str *out)
{
    if (len > r->rest.len)
        return false;
    *out = (struct str){r->rest.ptr, len};
    r->rest = str_from(r->rest, len);
    return true;
}

static bool read_bytes(struct reader *r, struct str *out)
{
    uint64_t len;

    return read_varint(r, &len) && read_raw(r, len, out);
}

static bool skip(struct reader *r, enum wire wire)
{
    uint64_t number;
    struct str bytes;

    switch (wire) {
    case VARINT:
        return read_varint(r, &number);
    case FIXED64:
        return read_raw(r, sizeof(uint64_t), &bytes);
    case BYTES:
        return read_bytes(r, &bytes);
    case FIXED32:
        return read_raw(r, sizeof(uint32_t), &bytes);
    }
    return false;
}

/* Zeroed memory within the message's budget, or NULL. */
static void *take(struct decoding *d, size_t count, size_t size)
{
    if (count > d->memory / size)
        return NULL;
    d->memory -= count * size;
    return arena_alloc(d->arena, count, size, _Alignof(max_align_t));
}

/* One more element of the list at `where`, zeroed; NULL: the budget is used up. */
static void *list_add(struct decoding *d, const struct codec_field *f, void *where)
{
    size_t step = step_of(f);
    struct list l;

    memcpy(&l, where, sizeof(l));
    bool full = l.count == 0 || (l.count >= FIRST_LIST && (l.count & (l.count - 1)) == 0);
    if (full) { /* its capacity is FIRST_LIST or the next power of two */
        void *grown = take(d, l.count ? l.count * 2 : FIRST_LIST, step);

        if (!grown)
            return NULL;
        if (l.count)
            memcpy(grown, l.at, l.count * step);
        l.at = grown;
    }
    void *slot = (char *)l.at + l.count++ * step;

    memcpy(where, &l, sizeof(l));
    return slot;
}

/* Bits that do not fit are cut off, as every implementation of proto3 does. */
static void store(enum codec_kind kind, uint64_t v, void *p)
{
    if (kind == CODEC_BOOL)
        *(bool *)p = v != 0;
    else if (kind == CODEC_64)
        *(uint64_t *)p = v;
    else
        *(uint32_t *)p = (uint32_t)v;
}

static const char *read_message(struct reader *r, const struct codec_type *type, void *msg);

/* Without its tag. Returns what is wrong, or NULL, as all below. */
static const char *read_value(struct reader *r, const struct codec_field *f, void *p)
{
    struct reader inner = {.all = r->all, .depth = r->depth - 1};
    uint64_t v;

    if (wire_of(f->kind) == VARINT) {
        if (!read_varint(r, &v))
            return "bad varint";
        store(f->kind, v, p);
        return NULL;
    }
    if (!read_bytes(r, &inner.rest))
        return "truncated";
    if (f->kind == CODEC_MESSAGE)
        return r->depth ? read_message(&inner, f->type, p) : "nested too deep";
    if (f->kind == CODEC_STRING && !utf8_valid(inner.rest))
        return "not UTF-8";
    *(struct str *)p = inner.rest;
    return NULL;
}

static const char *read_element(struct reader *r, const struct codec_field *f, void *list)
{
    void *slot = list_add(r->all, f, list);

    return slot ? read_value(r, f, slot) : "too large";
}

static const char *read_packed(struct reader *r, const struct codec_field *f, void *list)
{
    struct reader packed = {.all = r->all, .depth = r->depth};
    const char *why = NULL;

    if (!read_bytes(r, &packed.rest))
        return "truncated";
    while (packed.rest.len && !why)
        why = read_element(&packed, f, list);
    return why;
}

/* A second one is merged into the first, says proto3. */
static const char *read_submessage(struct reader *r, const struct codec_field *f, void *where)
{
    void *sub = pointer(where);

    if (!sub)
        sub = take(r->all, 1, f->type->size);
    if (!sub)
        return "too large";
    memcpy(where, &sub, sizeof(sub));
    return read_value(r, f, sub);
}

/* A member of a oneof that arrives ends those that were there. */
static void clear_others(const struct codec_type *type, const struct codec_field *f, char *msg)
{
    for (size_t i = 0; i < type->count; i++) {
        const struct codec_field *other = &type->fields[i];

        if (other->oneof != f->oneof || other == f)
            continue;
        size_t size = other->kind == CODEC_MESSAGE ? sizeof(void *) : width[other->kind];

        memset(msg + other->offset, 0, size);
        if (other->has)
            *(bool *)(msg + other->has) = false;
    }
}

static const char *read_field(struct reader *r, const struct codec_field *f, enum wire wire,
                              char *msg)
{
    void *p = msg + f->offset;

    if (packable(f) && wire == BYTES)
        return read_packed(r, f, p);
    if (f->repeated)
        return read_element(r, f, p);
    if (f->kind == CODEC_MESSAGE)
        return read_submessage(r, f, p);
    if (f->has)
        *(bool *)(msg + f->has) = true;
    return read_value(r, f, p);
}

/* Fields mostly arrive in order: look on from where the last one was found. */
static const struct codec_field *find(const struct codec_type *type, uint32_t number, size_t *hint)
{
    for (size_t i = 0; i < type->count; i++) {
        size_t at = (*hint + i) % type->count;

        if (type->fields[at].number == number) {
            *hint = at;
            return &type->fields[at];
        }
    }
    return NULL;
}

/* What the type does not have, or not like that, is passed over. */
static const char *read_known(struct reader *r, const struct codec_type *type,
                              const struct codec_field *f, enum wire wire, void *msg)
{
    if (!f || (wire != wire_of(f->kind) && !(packable(f) && wire == BYTES)))
        return skip(r, wire) ? NULL : "bad unknown field";
    if (f->oneof)
        clear_others(type, f, msg);
    return read_field(r, f, wire, msg);
}

static const char *read_message(struct reader *r, const struct codec_type *type, void *msg)
{
    size_t hint = 0;
    uint32_t number;
    enum wire wire;

    while (r->rest.len) {
        if (!read_tag(r, &number, &wire))
            return "bad tag";
        const struct codec_field *f = find(type, number, &hint);
        const char *why = read_known(r, type, f, wire, msg);

        if (why) {
            r->all->bad = r->all->bad ? r->all->bad : f; /* the innermost is the one to name */
            return why;
        }
    }
    return NULL;
}

struct err *codec_decode(struct ctx *c, const struct codec_type *type, struct str bytes, void *msg)
{
    struct decoding all = {.arena = c->arena, .memory = CODEC_MEMORY_MAX};
    struct reader r = {.all = &all, .rest = bytes, .depth = CODEC_DEPTH_MAX};
    const char *why = read_message(&r, type, msg);

    if (why)
        return err_new(c, ERR_INVALID, "decode %s: field %s: %s", type->name,
                       all.bad ? all.bad->name : "?", why);
    return NULL;
}
