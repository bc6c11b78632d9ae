/* Where videos and covers are kept: whole files under generated names. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BLOB_H
#define BLOB_H

#include "err.h"

/*
 * A directory (blob_open_dir), or a bucket of an S3-compatible store (blob_open_s3() of blob_s3.h).
 * An object is either there, whole and durable, or not there. Keys are made by us
 * ("v/2a/42/1/video.mp4"): letters, digits, "._-/", no "..". Any thread may call any function.
 * Created by app.
 */
struct blob;

enum { BLOB_KEY_MAX = 200 };

/* The reason of an ERR_UNAVAILABLE: the store does not answer, and what it was asked may go well
 * when it does. */
extern const char BLOB_STORE_AWAY[];

MUST_USE struct err *blob_open_dir(struct ctx *c, struct str dir, struct blob **out);
void blob_close(struct blob *b); /* NULL is fine */

/*
 * An empty folder on the same file system, where files for blob_put() can be made. Owned by the
 * caller, who removes it with blob_scratch_remove() when what he made is wanted by somebody. So the
 * folders that a crash leaves name what was being made: blob_recover() tells.
 */
MUST_USE struct err *blob_scratch(struct blob *b, struct ctx *c, struct str name, struct str *out);
void blob_scratch_remove(struct str dir);

/* What is to become of a folder that was left: *keep is false unless it says so. */
typedef struct err *blob_left(void *self, struct ctx *c, struct str name, bool *keep);

/* At start: asks of each scratch folder that is left, then removes it. */
MUST_USE struct err *blob_recover(struct blob *b, struct ctx *c, blob_left *ask, void *self);

/* The same for a job that goes on where it was after a crash: the folder of that name, with what is
 * in it. One user at a time. */
MUST_USE struct err *blob_workspace(struct blob *b, struct ctx *c, struct str name,
                                    struct str *out);

/* Removes it, durably: nobody comes back for it once its job has been forgotten. */
void blob_workspace_remove(struct str dir);

/* At start: asks of each workspace, and removes those that nobody will come back for. */
MUST_USE struct err *blob_recover_workspaces(struct blob *b, struct ctx *c, blob_left *ask,
                                             void *self);

/* Moves the file in under `key`, durably; an object of that name is replaced at once. */
MUST_USE struct err *blob_put(struct blob *b, struct ctx *c, struct str key, struct str file);

struct blob_object {
    int fd; /* open for reading; the caller closes it */
    int64_t size;
    int64_t modified_ms;
};

/* ERR_NOT_FOUND: no such object, or no such key. */
MUST_USE struct err *blob_get(struct blob *b, struct ctx *c, struct str key,
                              struct blob_object *out);

/* ---- objects as they are sent to many ---- */

/*
 * An object, and the piece of it that one reply needs. Belongs to one request, which opens and
 * closes it; what is got from a store is kept for all. It stays the same object when another is put
 * under its key.
 */
struct blob_view;

struct blob_info {
    int64_t size;
    uint64_t version; /* another for every object that was ever put under this key */
};

/* ERR_NOT_FOUND: no such object, or no such key. */
MUST_USE struct err *blob_view_open(struct blob *b, struct ctx *c, struct str key,
                                    struct blob_view **out);
void blob_view_close(struct blob_view *v); /* NULL is fine */
struct blob_info blob_view_info(const struct blob_view *v);

/*
 * Asks for a piece, of one byte at least, and waits until its first byte is here. *fd: all of it
 * is, at the same place in this file, which the caller closes; -1: it is read while it comes.
 */
MUST_USE struct err *blob_view_ask(struct blob_view *v, struct ctx *c, int64_t first,
                                   int64_t length, int *fd);

/* Bytes of that piece, `at` counted from the beginning of the object: how many; 0: none is here
 * yet; -1: none will come. Never waits. */
int64_t blob_view_read(struct blob_view *v, int64_t at, char *into, size_t room);

/* Calls wake(arg) once, from any thread and perhaps before it returns, when that is worth trying
 * again. One at a time; until then the view is not closed. */
void blob_view_wait(struct blob_view *v, int64_t at, void (*wake)(void *arg), void *arg);

/*
 * A URL from which anybody can get the object, for some time; "": there is none, it must be sent.
 * `type` is its Content-Type. *valid_s: how long everybody is given this same one.
 */
struct str blob_link(struct blob *b, struct ctx *c, struct str key, const char *type, int *valid_s);

/* "https://HOST" that links lead to; "": there are none. Lives as long as the store. */
struct str blob_link_origin(struct blob *b);

struct blob_stats {
    uint64_t requests, retries;
    uint64_t failures;   /* that were not for want of an object */
    int64_t cache_bytes; /* on this machine's disk, of what is being sent */
};

/* Of a store. False: there is none, objects are in a directory. */
bool blob_stats(struct blob *b, struct blob_stats *out);

/* What waits for a store does so no longer: the process is about to end. */
void blob_stop(struct blob *b);

/* Removes every object below the folder `prefix` ("v/2a/42"), durably; none is fine. */
MUST_USE struct err *blob_remove(struct blob *b, struct ctx *c, struct str prefix);

/* Bytes that are still free where files are made, and in a directory kept too. */
MUST_USE struct err *blob_free_bytes(struct blob *b, struct ctx *c, int64_t *out);

#endif
