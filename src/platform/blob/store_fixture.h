/* What tests of objects in a store share: a store behind a front, and objects of any size. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>

#include "clock.h"
#include "s3_get.h"
#include "scratch.h"
#include "store_front.h"
#include "test_clock.h"
#include "test_s3.h"

enum { LARGE = (32 << 20) + 12345, MEDIUM = 3 << 20, CACHE_BYTES = 8 << 20 };

static struct blob_s3_options store;

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct str dir;
    struct store_front front;
    struct blob_s3_options options; /* of the way through the front */
    struct blob *blob;
    struct s3_client *direct; /* past the front */
    char *endpoint;
};

static inline void open_blob(struct fixture *f)
{
    assert_ok(&f->ctx, blob_open_s3(&f->ctx, &f->options, f->dir, &f->blob));
}

static inline int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));
    struct str address = store.s3.endpoint;
    int64_t port;

    f->ctx.arena = &f->arena;
    f->dir = scratch_dir(&f->arena);
    const char *colon = memrchr(address.ptr, ':', address.len);

    assert_true(str_to_i64(str_of(colon + 1), &port));
    store_front_start(&f->front, (int)port);
    f->options = store;
    f->options.cache_bytes = CACHE_BYTES;
    f->options.links = true;
    f->options.s3.endpoint = arena_str(&f->arena, "http://127.0.0.1:%d", f->front.port);
    open_blob(f);
    assert_ok(&f->ctx, s3_client_create(&f->ctx, &store.s3, &f->direct));
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    f->front.refuse_times = 0;
    test_clock_run();
    f->front.cut_times = 0;
    f->front.hold_after = -1;
    f->front.spoil = false;
    assert_ok(&f->ctx, blob_remove(f->blob, &f->ctx, STR("v")));
    blob_close(f->blob);
    s3_client_destroy(f->direct);
    store_front_stop(&f->front);
    return fixture_end(state);
}

/* ---- objects of any size, whose bytes say where they are ---- */

static inline unsigned char byte_at(int64_t at)
{
    return (unsigned char)((uint64_t)at * UINT64_C(2654435761) >> 13);
}

static inline struct str file_of(struct fixture *f, int64_t size)
{
    struct str folder;

    assert_ok(&f->ctx, blob_scratch(f->blob, &f->ctx, STR("making"), &folder));
    struct str path = arena_str(&f->arena, "%s/file", folder.ptr);
    FILE *out = fopen(path.ptr, "w");
    unsigned char *bytes = malloc((size_t)size + 1);

    assert_non_null(out);
    assert_non_null(bytes);
    for (int64_t i = 0; i < size; i++)
        bytes[i] = byte_at(i);
    assert_int_equal(fwrite(bytes, 1, (size_t)size, out), size);
    assert_int_equal(fclose(out), 0);
    free(bytes);
    return path;
}

static inline struct err *put(struct fixture *f, struct str key, int64_t size)
{
    return blob_put(f->blob, &f->ctx, key, file_of(f, size));
}

static inline void check_bytes(const char *bytes, int64_t at, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if ((unsigned char)bytes[i] != byte_at(at + i))
            fail_msg("byte %" PRId64 " is another", at + i);
}

static inline void check_file(int fd, int64_t first, int64_t length)
{
    char *bytes = malloc((size_t)length + 1);

    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, (size_t)length, first), length);
    check_bytes(bytes, first, length);
    free(bytes);
    close(fd);
}

static inline void refuse(struct fixture *f, const char *text, int status, int times)
{
    f->front.refuse_text = text;
    f->front.refuse_status = status;
    f->front.refuse_times = times;
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

#endif
