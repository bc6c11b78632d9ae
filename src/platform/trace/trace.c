/* W3C trace context: reading, writing and making ids. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

/* 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 */
enum {
    VERSION_AT = 0,
    HIGH_AT = 3,
    LOW_AT = 19,
    SPAN_AT = 36,
    FLAGS_AT = 53,
    BYTE_DIGITS = 2,
    WORD_DIGITS = 16,
    VERSION_FORBIDDEN = 0xff,
    FLAG_SAMPLED = 1,
};

/* Small letters only: the specification forbids the others. */
static bool digit(char c, uint64_t *value)
{
    if (c >= '0' && c <= '9')
        *value = *value << 4 | (uint64_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *value = *value << 4 | (uint64_t)(c - 'a' + 10);
    else
        return false;
    return true;
}

/* `digits` digits from `at`, followed by '-' or the end of what version 00 defines. */
static bool field(struct str header, size_t at, size_t digits, uint64_t *out)
{
    uint64_t value = 0;

    for (size_t i = at; i < at + digits; i++)
        if (!digit(header.ptr[i], &value))
            return false;
    if (at + digits < TRACE_PARENT_LEN && header.ptr[at + digits] != '-')
        return false;
    *out = value;
    return true;
}

/* What a later version appends begins with '-'; version 00 has nothing after its flags. */
static bool ends_well(struct str header, uint64_t version)
{
    if (header.len == TRACE_PARENT_LEN)
        return true;
    return version > 0 && header.ptr[TRACE_PARENT_LEN] == '-';
}

/* The two halves of the trace id are not separated. */
static bool trace_halves(struct str header, struct trace_id *id)
{
    for (size_t i = 0; i < WORD_DIGITS; i++)
        if (!digit(header.ptr[HIGH_AT + i], &id->high))
            return false;
    return field(header, LOW_AT, WORD_DIGITS, &id->low);
}

bool trace_parse(struct str header, struct trace_id *out)
{
    struct trace_id id = {0};
    uint64_t version, flags;

    if (header.len < TRACE_PARENT_LEN)
        return false;
    if (!field(header, VERSION_AT, BYTE_DIGITS, &version) || version == VERSION_FORBIDDEN)
        return false;
    if (!trace_halves(header, &id) || !field(header, SPAN_AT, WORD_DIGITS, &id.span))
        return false;
    if (!field(header, FLAGS_AT, BYTE_DIGITS, &flags) || !ends_well(header, version))
        return false;
    if (!trace_is_set(id))
        return false;
    id.sampled = flags & FLAG_SAMPLED;
    *out = id;
    return true;
}

/* Without randomness no secret of ours is safe either: the process must not go on. */
static uint64_t random_word(void)
{
    uint64_t word = 0;

    while (word == 0)
        if (getrandom(&word, sizeof(word), 0) != (ssize_t)sizeof(word) && errno != EINTR)
            abort();
    return word;
}

struct trace_id trace_new(bool sampled)
{
    struct trace_id id = {.sampled = sampled};

    id.high = random_word();
    id.low = random_word();
    id.span = random_word();
    return id;
}

struct trace_id trace_child(struct trace_id parent)
{
    if (trace_is_set(parent))
        parent.span = random_word();
    return parent;
}

/* The finalizer of splitmix64: a bijection, so that no two of a sequence are the same. */
static uint64_t mix(uint64_t word)
{
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

struct trace_id trace_child_of(struct trace_id parent, _Atomic uint64_t *sequence)
{
    if (!trace_is_set(parent))
        return parent;
    do
        parent.span = mix(atomic_fetch_add_explicit(sequence, 1, memory_order_relaxed));
    while (parent.span == 0);
    return parent;
}

static char *hex(char *out, uint64_t value, int digits)
{
    static const char alphabet[] = "0123456789abcdef";

    for (int i = digits; i-- > 0; value >>= 4)
        out[i] = alphabet[value & 0xf];
    return out + digits;
}

/* By hand: every call to another process carries one. */
struct str trace_format(struct ctx *c, struct trace_id id)
{
    if (!trace_is_set(id))
        return (struct str){0};
    char *text = arena_bytes(c->arena, TRACE_PARENT_LEN + 1), *at = hex(text, 0, BYTE_DIGITS);

    *at++ = '-';
    at = hex(hex(at, id.high, WORD_DIGITS), id.low, WORD_DIGITS);
    *at++ = '-';
    at = hex(at, id.span, WORD_DIGITS);
    *at++ = '-';
    at = hex(at, id.sampled ? FLAG_SAMPLED : 0, BYTE_DIGITS);
    *at = '\0';
    return (struct str){text, TRACE_PARENT_LEN};
}
