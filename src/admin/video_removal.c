/* The row goes first: a crash before its files are gone leaves what doctor finds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_removal.h"

#include <inttypes.h>
#include <unistd.h>

#include "blob.h"
#include "file_hold.h"
#include "media_key.h"
#include "video_api.h"

struct err *video_removal_files(const struct admin *a, struct ctx *c, struct str asset)
{
    struct str folder;

    TRY(blob_workspace(a->blob, c, asset, &folder));
    blob_workspace_remove(folder);
    return blob_remove(a->blob, c, media_folder(c->arena, asset));
}

static struct err *remove_files(const struct admin *a, struct ctx *c, struct str asset)
{
    struct err *e = video_removal_files(a, c, asset);

    if (e && a->is_cluster)
        return err_wrap(c, e, "objects of it are left over in the bucket, below " STR_FMT,
                        STR_ARG(media_folder(c->arena, asset)));
    return e ? err_wrap(c, e,
                        "files of it are left over; `duan admin doctor --repair` removes them")
             : NULL;
}

static struct err *remove_held(const struct admin *a, struct ctx *c, int64_t id)
{
    struct video_remove_req req = {.id = id};
    struct video_remove_resp gone = {0};

    TRY(video_remove(a->videos, c, &req, &gone));
    if (!gone.asset.len)
        return err_new(c, ERR_NOT_FOUND, "there is no video %" PRId64, id);
    (void)fprintf(a->out, "Video %" PRId64 " of user %" PRId64 " (" STR_FMT ") is removed.\n", id,
                  gone.author_id, STR_ARG(gone.title));
    return remove_files(a, c, gone.asset);
}

struct err *video_removal_do(const struct admin *a, struct ctx *c, int64_t id)
{
    int hold;

    if (a->is_cluster) /* whose objects no backup of ours copies */
        return remove_held(a, c, id);
    TRY(file_hold_take(c, a->data, FILE_HOLD_REMOVE, &hold));
    struct err *e = remove_held(a, c, id);

    close(hold);
    return e;
}
