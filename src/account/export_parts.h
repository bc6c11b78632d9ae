/* What a copy of an account is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORT_PARTS_H
#define EXPORT_PARTS_H

#include "exporter.h"
#include "json.h"

/* A copy on its way: what its parts ask, and where each of them goes on. Of one thread. */
struct export_copy {
    const struct account_deps *to;
    int64_t user;
    struct str base;  /* what addresses begin with */
    int64_t time, id; /* of the last one of the page before; 0: this is the first */
    size_t items;     /* of this part so far */
    bool more;
};

/* Writes one page of a part: objects, with commas between all of the part. */
typedef struct err *export_page(struct export_copy *copy, struct ctx *c, struct json *j);

struct export_part {
    const char *name; /* of its file */
    export_page *page;
};
extern const struct export_part export_parts[];
extern const size_t export_part_count;

#endif
