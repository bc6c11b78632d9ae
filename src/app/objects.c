/* From settings to a driver for objects. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "objects.h"

#include "blob_cache.h"
#include "blob_s3.h"
#include "config.h"
#include "settings.h"

static bool in_store(const struct config *f)
{
    return config_str(f, "blob.s3.endpoint").len > 0;
}

struct err *objects_open(struct ctx *c, const struct config *f, bool sends, struct blob **out)
{
    struct str folder = arena_str(c->arena, STR_FMT "/media", STR_ARG(config_str(f, "data")));

    return objects_open_in(c, f, folder, sends, out);
}

struct err *objects_open_in(struct ctx *c, const struct config *f, struct str folder, bool sends,
                            struct blob **out)
{
    const struct blob_s3_options options = {
        .s3 = {.endpoint = config_str(f, "blob.s3.endpoint"),
               .region = config_str(f, "blob.s3.region"),
               .bucket = config_str(f, "blob.s3.bucket"),
               .access_key = config_str(f, "blob.s3.access_key"),
               .secret_key = config_str(f, "blob.s3.secret_key"),
               .virtual_hosted = config_choice(f, "blob.s3.style") == SETTINGS_VIRTUAL_HOSTED,
               .unsigned_payload = !config_bool(f, "blob.s3.sign_bodies"),
               .connections = (size_t)config_int(f, "blob.s3.connections")},
        .create = config_bool(f, "blob.s3.create"),
        .links = config_bool(f, "blob.redirect"),
        .cache_bytes = sends ? config_bytes(f, "blob.cache_bytes") : 0,
    };

    if (!in_store(f))
        return blob_open_dir(c, folder, out);
    struct err *e = blob_open_s3(c, &options, folder, out);

    return e ? err_wrap(c, e, "objects in " STR_FMT, STR_ARG(options.s3.endpoint)) : NULL;
}

int64_t objects_descriptors(const struct config *f)
{
    return in_store(f) ? BLOB_CACHE_FILES + config_int(f, "blob.s3.connections") : 0;
}
