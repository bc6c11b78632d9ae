/* Messages to bytes and back: proto3 on the wire, plain structs in memory, tables in between. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CODEC_H
#define CODEC_H

#include "err.h"

struct proto_file; /* proto_file.h: each generated file has one */

/*
 * The tables that tools/apigen writes, one struct codec_type for each message. A zeroed message is
 * the empty one. Maps, sint*, fixed*, float and double are refused by apigen until someone needs
 * them. Tables are constant and the functions pure: any thread may call them.
 */
enum codec_kind {
    CODEC_BOOL,
    CODEC_I32, /* int32, enum */
    CODEC_U32,
    CODEC_64,      /* int64, uint64 */
    CODEC_STRING,  /* struct str, well-formed UTF-8 */
    CODEC_BYTES,   /* struct str */
    CODEC_MESSAGE, /* a pointer, NULL when absent; in a list: the structs themselves */
};

struct codec_field {
    const char *name;
    uint32_t number;
    enum codec_kind kind;
    bool repeated;
    uint8_t oneof; /* which of its message's oneofs it belongs to, from 1; 0: none */
    uint16_t offset;
    uint16_t has;                  /* offset of its has_x; 0: none */
    const struct codec_type *type; /* of a CODEC_MESSAGE */
};

struct codec_type {
    const char *name;
    size_t size;                      /* of the struct */
    const struct codec_field *fields; /* by number */
    size_t count;
};

/* Every list of a message is {T *at; size_t count;}; apigen writes those of messages. */
struct bool_list {
    bool *at;
    size_t count;
};
struct i32_list { /* int32, enum */
    int32_t *at;
    size_t count;
};
struct u32_list {
    uint32_t *at;
    size_t count;
};
struct i64_list {
    int64_t *at;
    size_t count;
};
struct u64_list {
    uint64_t *at;
    size_t count;
};
struct str_list {
    struct str *at;
    size_t count;
};

/* What a peer can make codec_decode() do, at most. */
enum {
    CODEC_DEPTH_MAX = 16,        /* messages in messages */
    CODEC_MEMORY_MAX = 16 << 20, /* bytes of structs and lists of one decoded message */
};

/* An empty message of the type. */
void *codec_new(struct arena *a, const struct codec_type *type);

/*
 * The message as bytes, in the request's arena. A field of its default value is left out unless it
 * is `optional` and set. Text is not checked: codec_decode() at the other end does.
 */
struct str codec_encode(struct ctx *c, const struct codec_type *type, const void *msg);

/*
 * Fills *msg, an empty message. Strings point into bytes, which must live as long as the message.
 * ERR_INVALID says which field is wrong and why; *msg is then worth nothing. Fields that the type
 * does not have are skipped (groups are refused: proto3 has none).
 */
MUST_USE struct err *codec_decode(struct ctx *c, const struct codec_type *type, struct str bytes,
                                  void *msg);

#endif
