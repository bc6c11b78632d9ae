/* Header fields as libnghttp2 takes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef H2_HEADER_H
#define H2_HEADER_H

#include <nghttp2/nghttp2.h>

#include "str.h"

/* Bytes are not copied: they live as long as the call. `flags`: NGHTTP2_NV_FLAG_NO_INDEX for what
 * will not come again. */
static inline nghttp2_nv h2_header(struct str name, struct str value, unsigned flags)
{
    /* The library takes pointers to bytes that it does not change. */
    union {
        const char *text;
        uint8_t *bytes;
    } n = {name.ptr}, v = {value.ptr};

    return (nghttp2_nv){
        n.bytes, v.bytes, name.len, value.len,
        (uint8_t)(NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE | flags)};
}

/* A header that a callback was handed. */
static inline struct str h2_text(const uint8_t *bytes, size_t len)
{
    return (struct str){(const char *)bytes, len};
}

#endif
