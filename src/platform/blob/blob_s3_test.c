/* Tests of objects in a store: what happens when it, or the way to it, does not do its part. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test_s3.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>

#include "blob_cache.h"
#include "clock.h"
#include "s3_get.h"
#include "s3_put.h"
#include "s3_xml.h"
#include "scratch.h"
#include "store_front.h"
#include "test_clock.h"

enum {
    LARGE = S3_PART_BYTES * 2 + 12345,
    MEDIUM = 3 << 20,
    CACHE_BYTES = 8 << 20,
    FRESH_NS_BEYOND = 1,
};

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

static void open_blob(struct fixture *f)
{
    assert_ok(&f->ctx, blob_open_s3(&f->ctx, &f->options, f->dir, &f->blob));
}

static int setup(void **state)
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

static int teardown(void **state)
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

static unsigned char byte_at(int64_t at)
{
    return (unsigned char)((uint64_t)at * UINT64_C(2654435761) >> 13);
}

static struct str file_of(struct fixture *f, int64_t size)
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

static struct err *put(struct fixture *f, struct str key, int64_t size)
{
    return blob_put(f->blob, &f->ctx, key, file_of(f, size));
}

static void check_bytes(const char *bytes, int64_t at, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if ((unsigned char)bytes[i] != byte_at(at + i))
            fail_msg("byte %" PRId64 " is another", at + i);
}

static void check_file(int fd, int64_t first, int64_t length)
{
    char *bytes = malloc((size_t)length);

    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, (size_t)length, first), length);
    check_bytes(bytes, first, length);
    free(bytes);
    close(fd);
}

static void holds(struct fixture *f, struct str key, int64_t size)
{
    struct blob_object o;

    assert_ok(&f->ctx, blob_get(f->blob, &f->ctx, key, &o));
    assert_int_equal(o.size, size);
    check_file(o.fd, 0, size);
}

static bool is_there(struct fixture *f, struct str key)
{
    struct s3_reply head;
    struct err *e = s3_get_head(f->direct, &f->ctx, key, &head);

    if (e)
        assert_int_equal(e->code, ERR_NOT_FOUND);
    return !e;
}

static int unfinished_uploads(struct fixture *f)
{
    const struct s3_request req = {.method = "GET", .query = "uploads="};
    struct s3_reply reply;
    int count = 0;

    assert_ok(&f->ctx, s3_send(f->direct, &f->ctx, &req, &reply));
    for (struct str rest = reply.body; s3_xml_next(&rest, STR("Upload")).len;)
        count++;
    return count;
}

static void refuse(struct fixture *f, const char *text, int status, int times)
{
    f->front.refuse_text = text;
    f->front.refuse_status = status;
    f->front.refuse_times = times;
}

/* ---- putting ---- */

static void a_large_file_goes_in_parts_and_comes_back(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    holds(f, STR("v/large"), LARGE);
    assert_int_equal(unfinished_uploads(f), 0);
}

static void files_at_the_edge_of_a_part_come_back(void **state)
{
    struct fixture *f = *state;
    const int64_t sizes[] = {0, 1, S3_PART_BYTES, S3_PART_BYTES + 1};

    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_ok(&f->ctx, put(f, STR("v/edge"), sizes[i]));
        holds(f, STR("v/edge"), sizes[i]);
    }
}

static void a_part_that_is_refused_leaves_no_upload(void **state)
{
    struct fixture *f = *state;

    refuse(f, "partNumber=2", 403, 1);
    assert_err(put(f, STR("v/large"), LARGE), ERR_UNAVAILABLE);
    assert_int_equal(unfinished_uploads(f), 0);
    assert_false(is_there(f, STR("v/large")));
}

static void a_deadline_in_the_middle_leaves_no_upload(void **state)
{
    struct fixture *f = *state;
    struct ctx hasty = f->ctx;
    struct str file = file_of(f, LARGE);

    refuse(f, "partNumber=2", 503, INT32_MAX); /* until the time is over */
    hasty.deadline_ns = clock_monotonic_ns() + 2 * CLOCK_NS_PER_S;
    assert_non_null(blob_put(f->blob, &hasty, STR("v/large"), file));
    assert_int_equal(unfinished_uploads(f), 0);
    assert_false(is_there(f, STR("v/large")));
}

static void begin_and_leave(struct fixture *f, struct str key)
{
    const struct s3_body nothing = {.fd = -1};
    const struct s3_request req = {
        .method = "POST", .key = key, .query = "uploads=", .body = &nothing};
    struct s3_reply reply;

    assert_ok(&f->ctx, s3_send(f->direct, &f->ctx, &req, &reply));
}

static void what_a_crash_left_half_uploaded_goes_with_the_next_put(void **state)
{
    struct fixture *f = *state;

    begin_and_leave(f, STR("v/large"));
    assert_int_equal(unfinished_uploads(f), 1);
    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    assert_int_equal(unfinished_uploads(f), 0);
}

static void removing_ends_what_is_half_uploaded(void **state)
{
    struct fixture *f = *state;

    begin_and_leave(f, STR("v/1/large"));
    begin_and_leave(f, STR("v/12"));
    assert_ok(&f->ctx, blob_remove(f->blob, &f->ctx, STR("v/1")));
    assert_int_equal(unfinished_uploads(f), 1);
    assert_ok(&f->ctx, s3_put_forget(f->direct, &f->ctx, STR("v/12")));
}

static void an_upload_that_was_torn_on_the_way_is_refused(void **state)
{
    struct fixture *f = *state;

    f->front.spoil = true;
    struct err *e = put(f, STR("v/torn"), MEDIUM);

    assert_non_null(e);
    assert_false(is_there(f, STR("v/torn")));
    f->front.spoil = false;
    assert_ok(&f->ctx, put(f, STR("v/torn"), MEDIUM));
    holds(f, STR("v/torn"), MEDIUM);
}

static void more_than_a_page_of_objects_is_removed(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 12; i++)
        assert_ok(&f->ctx, put(f, arena_str(&f->arena, "v/many/%d/x", i), 1));
    assert_ok(&f->ctx, blob_remove(f->blob, &f->ctx, STR("v/many")));
    for (int i = 0; i < 12; i++)
        assert_false(is_there(f, arena_str(&f->arena, "v/many/%d/x", i)));
}

/* ---- a store that is busy, away, or somebody else's ---- */

static void a_store_that_is_busy_is_asked_again(void **state)
{
    static const int statuses[] = {500, 502, 503, 504, 429};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(statuses); i++) {
        refuse(f, "PUT", statuses[i], 2);
        assert_ok(&f->ctx, put(f, STR("v/busy"), 1000));
        assert_int_equal(f->front.refuse_times, 0);
        refuse(f, "GET", statuses[i], 2);
        holds(f, STR("v/busy"), 1000);
    }
}

static void a_reply_that_breaks_off_is_got_again(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, put(f, STR("v/cut"), MEDIUM));
    f->front.cut_after = 100000;
    f->front.cut_times = 2;
    holds(f, STR("v/cut"), MEDIUM);
    assert_int_equal(f->front.cut_times, 0);
}

static void a_store_that_is_away_is_given_up_at_the_deadline(void **state)
{
    struct fixture *f = *state;
    struct ctx hasty = f->ctx;
    struct blob_object o;

    assert_ok(&f->ctx, put(f, STR("v/a"), 10));
    refuse(f, "HTTP", 503, INT32_MAX);
    hasty.deadline_ns = clock_monotonic_ns() + CLOCK_NS_PER_S / 2;
    struct err *e = blob_get(f->blob, &hasty, STR("v/a"), &o);

    assert_non_null(e);
    assert_int_equal(e->code, ERR_UNAVAILABLE);
    assert_ptr_equal(e->reason, BLOB_STORE_AWAY);
}

static void a_store_that_is_away_when_we_start_may_come(void **state)
{
    struct fixture *f = *state;

    blob_close(f->blob);
    f->blob = NULL;
    refuse(f, "HTTP", 503, INT32_MAX);
    open_blob(f);
    f->front.refuse_times = 0;
    assert_ok(&f->ctx, put(f, STR("v/a"), 10));
}

static void a_wrong_secret_is_told_at_the_start_and_not_named(void **state)
{
    struct fixture *f = *state;
    struct blob_s3_options wrong = f->options;
    struct blob *none = NULL;

    wrong.s3.secret_key = STR("not-the-secret-at-all");
    struct err *e = blob_open_s3(&f->ctx, &wrong, f->dir, &none);

    assert_err(e, ERR_UNAVAILABLE);
    assert_string_equal(e->reason, "store_refused");
    const char *text = err_text(&f->ctx, e);

    assert_null(strstr(text, "not-the-secret"));
    assert_null(memmem(text, strlen(text), store.s3.access_key.ptr, store.s3.access_key.len));
}

static void a_bucket_that_is_not_there_is_told(void **state)
{
    struct fixture *f = *state;
    struct blob_s3_options wrong = f->options;
    struct blob *none = NULL;

    wrong.create = false;
    wrong.s3.bucket = STR("duan-test-nobody-has-this");
    assert_err(blob_open_s3(&f->ctx, &wrong, f->dir, &none), ERR_NOT_FOUND);
}

static void options_that_cannot_be_meant_are_refused(void **state)
{
    static const struct str endpoints[] = {
        STR_INIT(""),        STR_INIT("127.0.0.1:8333"),   STR_INIT("ftp://host"),
        STR_INIT("http://"), STR_INIT("http://host/path"), STR_INIT("http://key:secret@host"),
    };
    static const struct str buckets[] = {STR_INIT(""), STR_INIT("ab"), STR_INIT("Upper"),
                                         STR_INIT("a/b/c")};
    struct fixture *f = *state;
    struct s3_client *none = NULL;

    for (size_t i = 0; i < COUNT(endpoints); i++) {
        struct s3_options o = store.s3;

        o.endpoint = endpoints[i];
        assert_err(s3_client_create(&f->ctx, &o, &none), ERR_INVALID);
    }
    for (size_t i = 0; i < COUNT(buckets); i++) {
        struct s3_options o = store.s3;

        o.bucket = buckets[i];
        assert_err(s3_client_create(&f->ctx, &o, &none), ERR_INVALID);
    }
}

static void other_styles_and_unsigned_bodies_work_too(void **state)
{
    struct fixture *f = *state;
    struct blob_s3_options other = store;
    struct blob *b = NULL;
    struct blob_object o;
    const char *colon = memrchr(store.s3.endpoint.ptr, ':', store.s3.endpoint.len);

    other.s3.virtual_hosted = true;
    other.s3.unsigned_payload = true;
    other.s3.endpoint = arena_str(&f->arena, "http://s3.localhost%s", colon);
    assert_ok(&f->ctx, blob_open_s3(&f->ctx, &other, f->dir, &b));
    assert_ok(&f->ctx, blob_put(b, &f->ctx, STR("v/x"), file_of(f, LARGE)));
    assert_ok(&f->ctx, blob_get(b, &f->ctx, STR("v/x"), &o));
    check_file(o.fd, 0, LARGE);
    assert_ok(&f->ctx, blob_remove(b, &f->ctx, STR("v")));
    blob_close(b);
    assert_false(is_there(f, STR("v/x")));
}

/* ---- sending ---- */

static struct blob_view *view_of(struct fixture *f, struct str key)
{
    struct blob_view *v = NULL;

    assert_ok(&f->ctx, blob_view_open(f->blob, &f->ctx, key, &v));
    return v;
}

static void wake(void *semaphore)
{
    atomic_store((atomic_bool *)semaphore, true);
}

/* As a socket's thread does, but that it yields where that would be suspended. */
static void read_piece(struct blob_view *v, int64_t first, int64_t length)
{
    char *bytes = malloc((size_t)length);
    int64_t have = 0;

    assert_non_null(bytes);
    while (have < length) {
        int64_t got = blob_view_read(v, first + have, bytes + have, (size_t)(length - have));
        atomic_bool woken = false;

        assert_true(got >= 0);
        have += got;
        if (got > 0)
            continue;
        blob_view_wait(v, first + have, wake, &woken);
        while (!woken)
            sched_yield();
    }
    check_bytes(bytes, first, length);
    free(bytes);
}

static void send_piece(struct fixture *f, struct blob_view *v, int64_t first, int64_t length)
{
    int fd;

    assert_ok(&f->ctx, blob_view_ask(v, &f->ctx, first, length, &fd));
    if (fd >= 0)
        check_file(fd, first, length);
    else
        read_piece(v, first, length);
}

static void pieces_of_a_large_object_are_sent(void **state)
{
    struct fixture *f = *state;
    const struct {
        int64_t first, length;
    } pieces[] = {
        {0, 1}, {0, LARGE}, {LARGE - 1, 1}, {BLOB_CACHE_SLICE - 1, 2}, {12345678, 3456789},
    };

    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct blob_view *v = view_of(f, STR("v/large"));

        assert_int_equal(blob_view_info(v).size, LARGE);
        send_piece(f, v, pieces[i].first, pieces[i].length);
        assert_int_equal(blob_view_read(v, pieces[i].first + pieces[i].length, NULL, 0), -1);
        blob_view_close(v);
    }
}

static void the_first_bytes_do_not_wait_for_the_last(void **state)
{
    struct fixture *f = *state;
    enum { HERE = 600000 };
    char byte;
    int fd;

    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    struct blob_view *v = view_of(f, STR("v/large"));

    f->front.hold_after = HERE;
    assert_ok(&f->ctx, blob_view_ask(v, &f->ctx, 0, LARGE, &fd));
    assert_int_equal(fd, -1);
    read_piece(v, 0, BLOB_CACHE_SLICE);
    while (blob_view_read(v, HERE / 2, &byte, 1) == 0)
        sched_yield();
    assert_int_equal(blob_view_read(v, LARGE / 2, &byte, 1), 0);
    f->front.hold_after = -1;
    read_piece(v, 0, LARGE);
    blob_view_close(v);
}

static void what_was_sent_once_is_sent_again_without_the_store(void **state)
{
    struct fixture *f = *state;
    int fd;

    assert_ok(&f->ctx, put(f, STR("v/x"), MEDIUM));
    struct blob_view *first = view_of(f, STR("v/x"));

    send_piece(f, first, 0, MEDIUM);
    int before = f->front.requests;
    struct blob_view *again = view_of(f, STR("v/x"));

    assert_ok(&f->ctx, blob_view_ask(again, &f->ctx, 0, MEDIUM, &fd));
    check_file(fd, 0, MEDIUM);
    assert_int_equal(f->front.requests, before);
    assert_int_equal(blob_view_info(again).version, blob_view_info(first).version);
    blob_view_close(first);
    blob_view_close(again);
}

static void who_leaves_costs_no_more_than_what_was_read_ahead(void **state)
{
    struct fixture *f = *state;
    int fd;

    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    int before = f->front.requests;
    struct blob_view *v = view_of(f, STR("v/large"));

    assert_ok(&f->ctx, blob_view_ask(v, &f->ctx, 0, LARGE, &fd));
    blob_view_close(v);
    blob_stop(f->blob); /* waits for nobody, so what was asked for is all there is */
    assert_true(f->front.requests <= before + 2); /* a head, and one run of slices */
    blob_close(f->blob);
    f->blob = NULL;
    open_blob(f);
}

static void what_we_put_again_is_another_object_at_once(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, put(f, STR("v/x"), 1000));
    struct blob_view *old = view_of(f, STR("v/x"));

    send_piece(f, old, 0, 1000);
    assert_ok(&f->ctx, put(f, STR("v/x"), 2000));
    struct blob_view *fresh = view_of(f, STR("v/x"));

    assert_int_equal(blob_view_info(fresh).size, 2000);
    assert_true(blob_view_info(fresh).version != blob_view_info(old).version);
    send_piece(f, fresh, 0, 2000);
    send_piece(f, old, 0, 1000); /* it stays what it was */
    blob_view_close(old);
    blob_view_close(fresh);
}

static void what_we_removed_is_gone_at_once(void **state)
{
    struct fixture *f = *state;
    struct blob_view *v = NULL;

    assert_ok(&f->ctx, put(f, STR("v/1/x"), 1000));
    v = view_of(f, STR("v/1/x"));
    send_piece(f, v, 0, 1000);
    blob_view_close(v);
    assert_ok(&f->ctx, blob_remove(f->blob, &f->ctx, STR("v/1")));
    assert_err(blob_view_open(f->blob, &f->ctx, STR("v/1/x"), &v), ERR_NOT_FOUND);
}

static struct err *replace_elsewhere(struct fixture *f, struct str key, int64_t size)
{
    int fd = open(file_of(f, size).ptr, O_RDONLY | O_CLOEXEC);
    struct err *e = s3_put_file(f->direct, &f->ctx, key, fd, size);

    close(fd);
    return e;
}

/* Pieces of two objects are never sent as one. */
static void an_object_that_was_replaced_elsewhere_is_not_mixed_with_the_new_one(void **state)
{
    struct fixture *f = *state;
    int fd;

    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    struct blob_view *v = view_of(f, STR("v/large"));

    send_piece(f, v, 0, 1);
    assert_ok(&f->ctx, replace_elsewhere(f, STR("v/large"), LARGE + 1));
    assert_err(blob_view_ask(v, &f->ctx, LARGE - 1, 1, &fd), ERR_UNAVAILABLE);
    blob_view_close(v);
    v = view_of(f, STR("v/large"));
    assert_int_equal(blob_view_info(v).size, LARGE + 1);
    send_piece(f, v, 0, LARGE + 1);
    blob_view_close(v);
}

static void what_is_kept_has_a_bound(void **state)
{
    struct fixture *f = *state;
    struct s3_client *client = NULL;

    for (int i = 0; i < 6; i++)
        assert_ok(&f->ctx, put(f, arena_str(&f->arena, "v/%d", i), MEDIUM));
    assert_ok(&f->ctx, s3_client_create(&f->ctx, &f->options.s3, &client));
    struct blob_cache *cache = blob_cache_create(client, f->dir.ptr, 2 * MEDIUM);
    struct blob_view *v;

    for (int i = 0; i < 6; i++) {
        assert_ok(&f->ctx, blob_cache_view(cache, &f->ctx, arena_str(&f->arena, "v/%d", i), &v));
        send_piece(f, v, 0, MEDIUM);
        blob_view_close(v);
        assert_true(blob_cache_bytes(cache) <= 3 * MEDIUM);
    }
    while (blob_cache_bytes(cache) > 2 * MEDIUM)
        sched_yield();
    s3_client_stop(client);
    blob_cache_destroy(cache);
    s3_client_destroy(client);
}

static void a_store_that_is_away_for_a_while_does_not_stop_what_is_here(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, put(f, STR("v/x"), 1000));
    struct blob_view *v = view_of(f, STR("v/x"));

    send_piece(f, v, 0, 1000);
    blob_view_close(v);
    refuse(f, "HTTP", 503, INT32_MAX);
    test_clock_skip((BLOB_CACHE_FRESH_MS + FRESH_NS_BEYOND) * (int64_t)CLOCK_NS_PER_MS);
    v = view_of(f, STR("v/x"));
    send_piece(f, v, 0, 1000);
    blob_view_close(v);
}

static void what_was_removed_elsewhere_is_missed_after_a_while(void **state)
{
    struct fixture *f = *state;
    struct blob_view *v;
    const struct s3_request removal = {.method = "DELETE", .key = STR("v/x")};
    struct s3_reply reply;

    assert_ok(&f->ctx, put(f, STR("v/x"), 1000));
    v = view_of(f, STR("v/x"));
    send_piece(f, v, 0, 1000);
    blob_view_close(v);
    assert_ok(&f->ctx, s3_send(f->direct, &f->ctx, &removal, &reply));
    test_clock_skip((BLOB_CACHE_FRESH_MS + FRESH_NS_BEYOND) * (int64_t)CLOCK_NS_PER_MS);
    assert_err(blob_view_open(f->blob, &f->ctx, STR("v/x"), &v), ERR_NOT_FOUND);
}

static void a_piece_that_cannot_be_got_is_told_before_anything_is_sent(void **state)
{
    struct fixture *f = *state;
    struct ctx hasty = f->ctx;
    int fd;

    assert_ok(&f->ctx, put(f, STR("v/x"), 1000));
    struct blob_view *v = view_of(f, STR("v/x"));

    refuse(f, "GET", 503, INT32_MAX);
    hasty.deadline_ns = clock_monotonic_ns() + CLOCK_NS_PER_S / 2;
    assert_err(blob_view_ask(v, &hasty, 0, 1000, &fd), ERR_UNAVAILABLE);
    f->front.refuse_times = 0;
    blob_view_close(v);
}

static void stopping_wakes_whoever_waits(void **state)
{
    struct fixture *f = *state;
    atomic_bool woken = false;
    char byte;
    int fd;

    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    struct blob_view *v = view_of(f, STR("v/large"));

    f->front.hold_after = 100000;
    assert_ok(&f->ctx, blob_view_ask(v, &f->ctx, 0, LARGE, &fd));
    assert_int_equal(blob_view_read(v, LARGE / 2, &byte, 1), 0);
    blob_view_wait(v, LARGE / 2, wake, &woken);
    blob_stop(f->blob);
    while (!woken)
        sched_yield();
    assert_int_equal(blob_view_read(v, LARGE / 2, &byte, 1), -1);
    blob_view_close(v);
    blob_close(f->blob);
    f->blob = NULL;
    f->front.hold_after = -1;
    open_blob(f);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_large_file_goes_in_parts_and_comes_back),
        CASE(files_at_the_edge_of_a_part_come_back),
        CASE(a_part_that_is_refused_leaves_no_upload),
        CASE(a_deadline_in_the_middle_leaves_no_upload),
        CASE(what_a_crash_left_half_uploaded_goes_with_the_next_put),
        CASE(removing_ends_what_is_half_uploaded),
        CASE(an_upload_that_was_torn_on_the_way_is_refused),
        CASE(more_than_a_page_of_objects_is_removed),
        CASE(a_store_that_is_busy_is_asked_again),
        CASE(a_reply_that_breaks_off_is_got_again),
        CASE(a_store_that_is_away_is_given_up_at_the_deadline),
        CASE(a_store_that_is_away_when_we_start_may_come),
        CASE(a_wrong_secret_is_told_at_the_start_and_not_named),
        CASE(a_bucket_that_is_not_there_is_told),
        CASE(options_that_cannot_be_meant_are_refused),
        CASE(other_styles_and_unsigned_bodies_work_too),
        CASE(pieces_of_a_large_object_are_sent),
        CASE(the_first_bytes_do_not_wait_for_the_last),
        CASE(what_was_sent_once_is_sent_again_without_the_store),
        CASE(who_leaves_costs_no_more_than_what_was_read_ahead),
        CASE(what_we_put_again_is_another_object_at_once),
        CASE(what_we_removed_is_gone_at_once),
        CASE(an_object_that_was_replaced_elsewhere_is_not_mixed_with_the_new_one),
        CASE(what_is_kept_has_a_bound),
        CASE(a_store_that_is_away_for_a_while_does_not_stop_what_is_here),
        CASE(what_was_removed_elsewhere_is_missed_after_a_while),
        CASE(a_piece_that_cannot_be_got_is_told_before_anything_is_sent),
        CASE(stopping_wakes_whoever_waits),
    };

    if (!test_s3(&store))
        return 0;
    int failed = cmocka_run_group_tests_name("blob_s3", tests, NULL, NULL);

    test_s3_end(&store);
    return failed;
}
