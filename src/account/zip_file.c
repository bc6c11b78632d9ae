/* Zip: a head before each member, which is corrected when the member is whole; a directory behind.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "zip_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LOCAL_HEAD = 0x04034b50,
    CENTRAL_HEAD = 0x02014b50,
    END_HEAD = 0x06054b50,
    VERSION = 20,
    UTF8_NAMES = 1 << 11,
    FIRST_DAY = 1 << 5 | 1, /* 1980-01-01: when it was made stands inside */
    CHECKED_AT = 14,        /* the sums, from the beginning of a local head */
    HEAD_MAX = 128,
    BYTE_BITS = 8,
    BYTE_VALUES = 256,
};

struct member {
    const char *name;
    int64_t at, size;
    uint32_t sum;
};

struct zip_file {
    FILE *file;
    struct member members[ZIP_MEMBERS_MAX];
    size_t count;
    int64_t size; /* written so far */
    int failed;   /* errno */
    uint32_t table[BYTE_VALUES];
};

/* ---- the sum (CRC-32 of ISO 3309) ---- */

static void make_table(uint32_t *table)
{
    for (uint32_t i = 0; i < BYTE_VALUES; i++) {
        uint32_t v = i;

        for (int bit = 0; bit < BYTE_BITS; bit++)
            v = v & 1 ? UINT32_C(0xedb88320) ^ v >> 1 : v >> 1;
        table[i] = v;
    }
}

static uint32_t sum_on(const uint32_t *table, uint32_t sum, struct str bytes)
{
    sum = ~sum;
    for (size_t i = 0; i < bytes.len; i++)
        sum = table[(sum ^ (unsigned char)bytes.ptr[i]) & (BYTE_VALUES - 1)] ^ sum >> BYTE_BITS;
    return ~sum;
}

/* ---- little-endian numbers ---- */

struct head {
    char bytes[HEAD_MAX];
    size_t len;
};

static void put(struct head *h, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        h->bytes[h->len++] = (char)(value >> BYTE_BITS * i);
}

static void write_bytes(struct zip_file *z, const char *bytes, size_t len)
{
    if (!z->failed && fwrite(bytes, 1, len, z->file) != len)
        z->failed = errno ? errno : EIO;
    z->size += (int64_t)len;
}

static void write_head(struct zip_file *z, const struct head *h, const char *name)
{
    write_bytes(z, h->bytes, h->len);
    write_bytes(z, name, strlen(name));
}

static void put_sums(struct head *h, const struct member *m)
{
    put(h, m->sum, 4);
    put(h, (uint64_t)m->size, 4);
    put(h, (uint64_t)m->size, 4);
}

/* What both heads of a member have. */
static void put_shared(struct head *h, const struct member *m)
{
    put(h, VERSION, 2);
    put(h, UTF8_NAMES, 2);
    put(h, 0, 2); /* stored */
    put(h, 0, 2); /* midnight */
    put(h, FIRST_DAY, 2);
    put_sums(h, m);
    put(h, strlen(m->name), 2);
    put(h, 0, 2); /* nothing extra */
}

/* ---- members ---- */

struct err *zip_file_create(struct ctx *c, struct str path, struct zip_file **out)
{
    struct zip_file *z = calloc(1, sizeof(*z));

    if (!z)
        abort();
    z->file = fopen(arena_copy(c->arena, path).ptr, "we");
    if (!z->file) {
        struct err *e = err_errno(c, errno, "a copy: %s", strerror(errno));

        free(z);
        return e;
    }
    make_table(z->table);
    *out = z;
    return NULL;
}

void zip_file_close(struct zip_file *z)
{
    if (!z)
        return;
    (void)fclose(z->file);
    free(z);
}

static void end_member(struct zip_file *z)
{
    struct head sums = {0};

    if (!z->count || z->failed)
        return;
    const struct member *m = &z->members[z->count - 1];

    put_sums(&sums, m);
    if (fseeko(z->file, m->at + CHECKED_AT, SEEK_SET) != 0 ||
        fwrite(sums.bytes, 1, sums.len, z->file) != sums.len || fseeko(z->file, 0, SEEK_END) != 0)
        z->failed = errno ? errno : EIO;
}

void zip_file_begin(struct zip_file *z, const char *name)
{
    struct head h = {0};

    end_member(z);
    if (z->count == ZIP_MEMBERS_MAX)
        abort();
    struct member *m = &z->members[z->count++];

    *m = (struct member){.name = name, .at = z->size};
    put(&h, LOCAL_HEAD, 4);
    put_shared(&h, m);
    write_head(z, &h, name);
}

void zip_file_add(struct zip_file *z, struct str bytes)
{
    struct member *m = &z->members[z->count - 1];

    if (zip_file_is_full(z) || !bytes.len)
        return;
    m->sum = sum_on(z->table, m->sum, bytes);
    m->size += (int64_t)bytes.len;
    write_bytes(z, bytes.ptr, bytes.len);
}

bool zip_file_is_full(const struct zip_file *z)
{
    return z->failed || z->size > ZIP_BYTES_MAX;
}

/* ---- the end ---- */

static void write_directory(struct zip_file *z)
{
    struct head end = {0};
    int64_t at = z->size;

    for (size_t i = 0; i < z->count; i++) {
        const struct member *m = &z->members[i];
        struct head h = {0};

        put(&h, CENTRAL_HEAD, 4);
        put(&h, VERSION, 2);
        put_shared(&h, m);
        put(&h, 0, 2); /* no comment */
        put(&h, 0, 2); /* this disk */
        put(&h, 0, 2); /* no attributes of either kind */
        put(&h, 0, 4);
        put(&h, (uint64_t)m->at, 4);
        write_head(z, &h, m->name);
    }
    put(&end, END_HEAD, 4);
    put(&end, 0, 2);
    put(&end, 0, 2);
    put(&end, z->count, 2);
    put(&end, z->count, 2);
    put(&end, (uint64_t)(z->size - at), 4);
    put(&end, (uint64_t)at, 4);
    put(&end, 0, 2);
    write_head(z, &end, "");
}

struct err *zip_file_finish(struct zip_file *z, struct ctx *c, int64_t *size)
{
    end_member(z);
    if (z->size > ZIP_BYTES_MAX)
        return err_new(c, ERR_PRECONDITION, "there is more than fits into one copy");
    write_directory(z);
    if (!z->failed && fflush(z->file) != 0)
        z->failed = errno;
    if (z->failed)
        return err_errno(c, z->failed, "a copy: %s", strerror(z->failed));
    *size = z->size;
    return NULL;
}
