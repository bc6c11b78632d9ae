/* gRPC's framing: messages with a length before each, cut from a stream of bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GRPC_READER_H
#define GRPC_READER_H

#include "arena.h"

enum { GRPC_PREFIX = 5 /* one byte of flags, four of length */ };

/* The five bytes before a message of `len` bytes that is not compressed. */
void grpc_prefix_write(size_t len, char out[GRPC_PREFIX]);

/*
 * Reads one direction of one call. Zeroed but for `arena` and `max`. Memory grows with the bytes
 * that came, not with the length that was announced. Belongs to whoever holds the call.
 */
struct grpc_reader {
    struct arena *arena; /* borrowed: messages lie in it */
    size_t max;          /* bytes of a message */
    unsigned char prefix[GRPC_PREFIX];
    size_t prefix_have;
    char *bytes;
    size_t len, have, room;
};

enum grpc_read {
    GRPC_READ_MORE,       /* all bytes were taken, the message is not whole */
    GRPC_READ_MESSAGE,    /* grpc_reader_message() has it until the next call */
    GRPC_READ_COMPRESSED, /* we said that we understand no compression; nothing can follow */
    GRPC_READ_TOO_LONG,   /* longer than max; nothing can follow */
};

/* Takes bytes from the front of *input, up to the end of one message. */
enum grpc_read grpc_reader_take(struct grpc_reader *r, struct str *input);

struct str grpc_reader_message(const struct grpc_reader *r);

/* Nothing of a message has begun. */
bool grpc_reader_between(const struct grpc_reader *r);

#endif
