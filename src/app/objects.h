/* Where objects are kept, as the settings want it: a folder, or a bucket. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "err.h"

struct blob;
struct config;

/* The caller's, to be closed with blob_close(). */
MUST_USE struct err *objects_open(struct ctx *c, const struct config *f, struct blob **out);

#endif
