/* UTF-8: is it well-formed, how many characters has it, and of which kinds? */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTF8_H
#define UTF8_H

#include "str.h"

/* Well-formed (RFC 3629): no surrogates, no overlong forms, nothing above U+10FFFF. */
bool utf8_valid(struct str s);

/* Code points of well-formed text. */
size_t utf8_length(struct str s);

/* True when it holds a control character: U+0000 to U+001F, U+007F to U+009F. */
bool utf8_has_control(struct str s);

/* Nothing is to be seen: no character, or only Unicode's White_Space, U+200B and U+FEFF. */
bool utf8_is_blank(struct str s);

#endif
