/* Keys of media files, and the random names in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "media_key.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

struct str media_asset_new(struct arena *a)
{
    uint64_t random;

    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        abort();
    return arena_str(a, "%016" PRIx64, random);
}

struct str media_picture_folder(struct arena *a, struct str asset)
{
    return arena_str(a, "u/%.2s/" STR_FMT, asset.ptr, STR_ARG(asset));
}

struct str media_picture_key(struct arena *a, struct str asset)
{
    return arena_str(a, STR_FMT "/picture.webp", STR_ARG(media_picture_folder(a, asset)));
}

struct str media_folder(struct arena *a, struct str asset)
{
    return arena_str(a, "v/%.2s/" STR_FMT, asset.ptr, STR_ARG(asset));
}

struct str media_generation(struct arena *a, struct str asset, int64_t generation)
{
    return arena_str(a, STR_FMT "/%" PRId64, STR_ARG(media_folder(a, asset)), generation);
}

struct str media_key(struct arena *a, struct str asset, int64_t generation, struct str file)
{
    return arena_str(a, STR_FMT "/" STR_FMT, STR_ARG(media_generation(a, asset, generation)),
                     STR_ARG(file));
}

struct str media_upload(struct arena *a, struct str upload)
{
    return arena_str(a, "p/%.2s/" STR_FMT, upload.ptr, STR_ARG(upload));
}

struct str media_upload_part(struct arena *a, struct str upload, struct str name)
{
    return arena_str(a, STR_FMT "/" STR_FMT, STR_ARG(media_upload(a, upload)), STR_ARG(name));
}

struct str media_export_folder(struct arena *a, int64_t user)
{
    return arena_str(a, "x/%02x/%" PRId64, (unsigned)(user & 0xff), user);
}

struct str media_export_key(struct arena *a, int64_t user, int64_t job)
{
    return arena_str(a, STR_FMT "/%" PRId64 ".zip", STR_ARG(media_export_folder(a, user)), job);
}
