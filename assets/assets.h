/* The files that ship inside the binary: the plain page and the default pictures. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSETS_H
#define ASSETS_H

#include <stddef.h>

/* One file. Everything it points at is constant and lives as long as the process. */
struct asset {
    const char *name; /* "page.css": what follows /assets/; index.html is also the page at / */
    const unsigned char *bytes;
    size_t len;
    const char *type; /* of the content, for Content-Type */
    const char *etag; /* 16 hexadecimal digits of the content's SHA-256, without quotes */
};

/* Sorted by name; written by tools/embed_assets.py. Any thread. */
extern const struct asset assets[];
extern const size_t assets_count;

#endif
