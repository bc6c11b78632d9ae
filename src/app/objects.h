/* Where objects are kept: the folder, or the store that settings name. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "err.h"

struct blob;
struct config;

/* `sends`: for a gateway, which keeps on disk what it sends. */
MUST_USE struct err *objects_open(struct ctx *c, const struct config *f, bool sends,
                                  struct blob **out);

/* With another folder of this machine for what is made and got than that of the settings. */
MUST_USE struct err *objects_open_in(struct ctx *c, const struct config *f, struct str folder,
                                     bool sends, struct blob **out);

/* Descriptors that it may hold open besides those of requests. */
int64_t objects_descriptors(const struct config *f);

#endif
