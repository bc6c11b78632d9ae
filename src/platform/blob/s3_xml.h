/* The little of XML that object stores answer with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef S3_XML_H
#define S3_XML_H

#include "arena.h"

/* What comes from a store is not trusted: any bytes are fine. Pure functions. */

/* The inside of the next <tag>...</tag> in *rest, as it stands; *rest continues behind it. NULL
 * ptr: there is none. Tags of that name do not lie in each other. */
struct str s3_xml_next(struct str *rest, struct str tag);

/* The same of the first in `text`; empty when there is none. */
struct str s3_xml_text(struct str text, struct str tag);

/* &amp; &lt; &gt; &quot; &apos; as what they stand for; others stay. */
struct str s3_xml_unescape(struct arena *a, struct str text);

#endif
