/* Pictures of profiles: from the body of a request to an object in the blob store. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PICTURES_H
#define PICTURES_H

#include "gateway_parts.h"

/*
 * The viewer's avatar or background is this file from now on: decoded and made anew by the
 * sandboxed worker, kept under a new name, and the one before is removed. ERR_INVALID, reason
 * not_a_picture.
 */
MUST_USE struct err *pictures_set(struct gateway *g, struct ctx *c,
                                  const struct http_upload *upload, bool background);

/* After a crash, of a scratch folder by its name. False: it is none of a picture. */
bool pictures_is_scratch(struct str name);
MUST_USE struct err *pictures_cut_off(struct gateway *g, struct ctx *c, struct str name,
                                      bool *keep);

#endif
