/* base64url without padding (RFC 4648, section 5). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE64URL_H
#define BASE64URL_H

#include "attr.h"
#include "str.h"

/* Pure functions: any thread may call them. */

/* Characters that `len` bytes become. */
#define BASE64URL_LEN(len) (((len)*4 + 2) / 3)

/* Returns the end of what was written. */
char *base64url_encode(const void *data, size_t len, char *out);

/* False also when the bits to spare are not zero: there is one way to write some bytes. */
MUST_USE bool base64url_decode(struct str text, unsigned char *out, size_t room, size_t *len);

#endif
