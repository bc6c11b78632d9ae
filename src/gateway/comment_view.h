/* A comment as the contract shows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMENT_VIEW_H
#define COMMENT_VIEW_H

#include "page.h"

/* A comment and who wrote it. */
struct comment_view {
    const struct comment_item *item;
    const struct user_view *user;
    bool followed;
};

void comment_view_write(struct json *j, struct ctx *c, struct gateway *g, struct comment_view shown,
                        struct str base);

#endif
