/* What all pages for people have in common. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SITE_H
#define SITE_H

#include "gateway_parts.h"

/* The Content-Security-Policy of the client's pages. */
const char *site_policy(struct gateway *g, struct ctx *c);

#endif
