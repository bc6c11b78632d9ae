/* The files that ship inside the binary: the web client when it was built, and the default
 * pictures. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSETS_H
#define ASSETS_H

#include <stddef.h>

/* Bytes of a file as they may be sent; at is NULL when there is no such form. */
struct asset_form {
    const unsigned char *at;
    size_t len;
};

/* One file. Everything it points at is constant and lives as long as the process. */
struct asset {
    const char *name; /* "assets/avatar-01.png": the path without its first slash */
    const char *type; /* of the content, for Content-Type */
    const char *etag; /* 16 hexadecimal digits of the content's SHA-256, without quotes */
    struct asset_form plain, br, gz;
};

/* Sorted by name; written by tools/embed_assets.py. Any thread. */
extern const struct asset assets[];
extern const size_t assets_count;

#endif
