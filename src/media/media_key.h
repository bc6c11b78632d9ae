/* Where the files of a video, and pictures of profiles, lie in the blob store. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_KEY_H
#define MEDIA_KEY_H

#include "arena.h"

/*
 * "v/<2 hex>/<asset>/<generation>/<file>": immutable, so that it may be cached for ever; what is
 * made anew goes into the next generation. `asset`: MEDIA_ASSET_LEN hex digits, random.
 */
enum { MEDIA_ASSET_LEN = 16 };

/* A picture of somebody's profile: "u/<2 hex>/<asset>/picture.webp". Immutable too: another picture
 * has another asset. */
struct str media_picture_key(struct arena *a, struct str asset);
struct str media_picture_folder(struct arena *a, struct str asset);

struct str media_asset_new(struct arena *a);
struct str media_key(struct arena *a, struct str asset, int64_t generation, struct str file);

/* The folder of one: "v/<2 hex>/<asset>/<generation>". */
struct str media_generation(struct arena *a, struct str asset, int64_t generation);

/* All generations: "v/<2 hex>/<asset>". */
struct str media_folder(struct arena *a, struct str asset);

/* A copy of what somebody has here: "x/<2 hex>/<user>/<job>.zip", sent to him alone. */
struct str media_export_folder(struct arena *a, int64_t user);
struct str media_export_key(struct arena *a, int64_t user, int64_t job);

/* Of an upload that comes in pieces: "p/<2 hex>/<upload>", and in it a folder for each piece. */
struct str media_upload(struct arena *a, struct str upload);
struct str media_upload_part(struct arena *a, struct str upload, struct str name);

#endif
