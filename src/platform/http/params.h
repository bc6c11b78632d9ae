/* Parameters as they come in a query or an urlencoded body. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PARAMS_H
#define PARAMS_H

#include "http.h"

/*
 * "a=1&b=%E7%9F%AD+x": '+' is a blank, %XX a byte, a broken escape stands for itself. Values are
 * bytes, not yet checked for UTF-8. Returns false beyond `max` parameters.
 */
bool params_parse(struct arena *a, struct str text, size_t max, struct http_params *out);

/* Adds one that came in another way (a multipart field). */
bool params_add(struct arena *a, struct http_params *params, size_t max, struct http_param one);

/* Percent-decoding alone; `plus`: '+' is a blank. */
struct str params_decode(struct arena *a, struct str text, bool plus);

/* Whole numbers of the contract: "42", "-1", "1e+06", "7.097084071494288e+18". */
bool params_number(struct str text, int64_t *out);

#endif
