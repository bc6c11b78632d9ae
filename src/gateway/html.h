/* HTML as text: what people wrote, put where markup is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTML_H
#define HTML_H

#include "json.h"

/* A page grows as JSON does: struct json is a text in an arena. */

/* Shown as it was written, in an element or in a quoted attribute: & < > " ' are escaped, control
 * characters become blanks. */
void html_text(struct json *page, struct str text);

/* <meta KIND="NAME" content="VALUE"> */
void html_meta(struct json *page, struct str kind, struct str name, struct str value);

#endif
