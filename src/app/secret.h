/* The key that signs tokens: made once, kept in a file that only we can read. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECRET_H
#define SECRET_H

#include "err.h"

/* Reads the file, or makes it with a new random key. In the arena of c. */
MUST_USE struct err *secret_load(struct ctx *c, struct str path, struct str *out);

#endif
