/* gRPC's framing: five bytes, then as many as they say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc_reader.h"

enum { FIRST_ROOM = 8 * 1024 /* most messages are smaller: one allocation of their size */ };

void grpc_prefix_write(size_t len, char out[GRPC_PREFIX])
{
    out[0] = 0;
    for (size_t i = 1; i < GRPC_PREFIX; i++)
        out[i] = (char)(unsigned char)(len >> (8 * (GRPC_PREFIX - 1 - i)));
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t announced(const struct grpc_reader *r)
{
    size_t len = 0;

    for (size_t i = 1; i < GRPC_PREFIX; i++)
        len = len << 8 | r->prefix[i];
    return len;
}

static enum grpc_read take_prefix(struct grpc_reader *r, struct str *input)
{
    size_t n = min(GRPC_PREFIX - r->prefix_have, input->len);

    if (n)
        memcpy(r->prefix + r->prefix_have, input->ptr, n);
    r->prefix_have += n;
    *input = str_from(*input, n);
    if (r->prefix_have < GRPC_PREFIX)
        return GRPC_READ_MORE;
    r->len = announced(r);
    r->have = r->room = 0;
    r->bytes = NULL;
    if (r->prefix[0] != 0)
        return GRPC_READ_COMPRESSED;
    return r->len > r->max ? GRPC_READ_TOO_LONG : GRPC_READ_MESSAGE;
}

/* Who announces much and sends little costs little. */
static void make_room(struct grpc_reader *r, size_t need)
{
    size_t room = r->room ? r->room : FIRST_ROOM;

    while (room < need)
        room *= 2;
    room = min(room, r->len);

    char *bytes = arena_bytes(r->arena, room + 1); /* + 1: a message may be empty */

    if (r->bytes)
        memcpy(bytes, r->bytes, r->have);
    r->bytes = bytes;
    r->room = room;
}

static enum grpc_read take_body(struct grpc_reader *r, struct str *input)
{
    size_t n = min(r->len - r->have, input->len);

    if (!r->bytes || r->have + n > r->room)
        make_room(r, r->have + n);
    if (n)
        memcpy(r->bytes + r->have, input->ptr, n);
    r->have += n;
    *input = str_from(*input, n);
    if (r->have < r->len)
        return GRPC_READ_MORE;
    r->prefix_have = 0;
    return GRPC_READ_MESSAGE;
}

enum grpc_read grpc_reader_take(struct grpc_reader *r, struct str *input)
{
    enum grpc_read read = GRPC_READ_MESSAGE;

    if (input->len == 0)
        return GRPC_READ_MORE;
    if (r->prefix_have < GRPC_PREFIX)
        read = take_prefix(r, input);
    return read == GRPC_READ_MESSAGE ? take_body(r, input) : read;
}

struct str grpc_reader_message(const struct grpc_reader *r)
{
    return (struct str){r->bytes, r->len};
}

bool grpc_reader_between(const struct grpc_reader *r)
{
    return r->prefix_have == 0;
}
