/* What the OpenAPI document says besides its paths: api_schemas.json, inside the program. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_TEXTS_H
#define API_TEXTS_H

#include "assets.h"

/* One file; written by tools/embed_assets.py. */
extern const struct asset api_texts[];

#endif
