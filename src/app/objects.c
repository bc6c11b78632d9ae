/* Settings to a blob store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "objects.h"

#include "blob_s3.h"
#include "config.h"

enum { STYLE_PATH, STYLE_VIRTUAL_HOSTED };

static struct err *open_bucket(struct ctx *c, const struct config *f, struct str dir,
                               struct blob **out)
{
    const struct blob_s3_options options = {
        .s3 = {.endpoint = config_str(f, "blob.s3.endpoint"),
               .region = config_str(f, "blob.s3.region"),
               .bucket = config_str(f, "blob.s3.bucket"),
               .access_key = config_str(f, "blob.s3.access_key"),
               .secret_key = config_str(f, "blob.s3.secret_key"),
               .virtual_hosted = config_choice(f, "blob.s3.style") == STYLE_VIRTUAL_HOSTED,
               .connections = (size_t)config_int(f, "blob.s3.connections")},
    };

    return blob_open_s3(c, &options, dir, out);
}

struct err *objects_open(struct ctx *c, const struct config *f, struct blob **out)
{
    struct str dir = arena_str(c->arena, STR_FMT "/media", STR_ARG(config_str(f, "data")));

    if (!config_str(f, "blob.s3.endpoint").len)
        return blob_open_dir(c, dir, out);
    return open_bucket(c, f, dir, out);
}
