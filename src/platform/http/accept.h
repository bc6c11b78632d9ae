/* What a client can read (RFC 9110, section 12.5.3). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "str.h"

/* `header`: the value of Accept-Encoding, "" when there is none: then nothing is taken for granted.
 * True: it names the coding, or "*", with a weight above 0. Any thread. */
bool accept_encoding(struct str header, struct str coding);

#endif
