/* A JSON object as the parameters of a request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_BODY_H
#define JSON_BODY_H

#include "err.h"
#include "http.h"

/*
 * {"title":"a clip","limit":30,"on":true} is what title=a+clip&limit=30&on=true would be, so a
 * handler does not know how its parameters came: strings without their quotes, numbers and words as
 * they stand. null is a parameter that is not there. Objects and arrays are a value as they stand:
 * whoever wants one reads it with json_reader.h. An empty text has no parameters. ERR_INVALID, and
 * no parameters: it is no JSON object, or has more than `max` members.
 */
MUST_USE struct err *json_body_parse(struct ctx *c, struct str text, size_t max,
                                     struct http_params *out);

#endif
