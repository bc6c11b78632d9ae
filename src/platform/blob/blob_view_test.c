/* Tests of objects that are sent while they come from a store, and of links to them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store_fixture.h"

#include "blob_cache.h"
#include "s3_put.h"

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
    struct blob_stats stats = {0};

    assert_ok(&f->ctx, blob_view_ask(again, &f->ctx, 0, MEDIUM, &fd));
    check_file(fd, 0, MEDIUM);
    assert_int_equal(f->front.requests, before);
    assert_true(blob_stats(f->blob, &stats));
    assert_int_equal(stats.cache_bytes, MEDIUM);
    assert_int_equal(stats.requests, before);
    assert_int_equal(stats.retries + stats.failures, 0);
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
    enum { BOUND = 2 * MEDIUM };

    for (int i = 0; i < 6; i++)
        assert_ok(&f->ctx, put(f, arena_str(&f->arena, "v/%d", i), MEDIUM));
    assert_ok(&f->ctx, s3_client_create(&f->ctx, &f->options.s3, &client));
    struct blob_cache *cache = blob_cache_create(client, f->dir.ptr, BOUND);
    struct blob_view *v;

    for (int i = 0; i < 6; i++) {
        assert_ok(&f->ctx, blob_cache_view(cache, &f->ctx, arena_str(&f->arena, "v/%d", i), &v));
        send_piece(f, v, 0, MEDIUM);
        blob_view_close(v);
        assert_true(blob_cache_bytes(cache) <= BOUND + MEDIUM);
    }
    while (blob_cache_bytes(cache) > BOUND)
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
    test_clock_skip((BLOB_CACHE_FRESH_MS + 1) * (int64_t)CLOCK_NS_PER_MS);
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
    test_clock_skip((BLOB_CACHE_FRESH_MS + 1) * (int64_t)CLOCK_NS_PER_MS);
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
    enum { PASSED_ON = 100000, HELD_BACK = 64 * BLOB_CACHE_SLICE + 2 * PASSED_ON };
    atomic_bool woken = false;
    char byte;
    int fd;

    assert_ok(&f->ctx, put(f, STR("v/large"), LARGE));
    struct blob_view *v = view_of(f, STR("v/large"));

    f->front.hold_after = PASSED_ON;
    assert_ok(&f->ctx, blob_view_ask(v, &f->ctx, 0, LARGE, &fd));
    assert_int_equal(blob_view_read(v, HELD_BACK, &byte, 1), 0);
    blob_view_wait(v, HELD_BACK, wake, &woken);
    blob_stop(f->blob);
    while (!woken)
        sched_yield();
    assert_int_equal(blob_view_read(v, HELD_BACK, &byte, 1), -1);
    blob_view_close(v);
    blob_close(f->blob);
    f->blob = NULL;
    f->front.hold_after = -1;
    open_blob(f);
}

/* ---- links ---- */

/* The example in Amazon's description of signed URLs. */
static void a_link_is_signed_as_amazon_says(void **state)
{
    struct fixture *f = *state;
    const struct s3_options example = {
        .endpoint = STR("https://s3.amazonaws.com"),
        .region = STR("us-east-1"),
        .bucket = STR("examplebucket"),
        .access_key = STR("AKIAIOSFODNN7EXAMPLE"),
        .secret_key = STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        .virtual_hosted = true,
    };
    struct s3_client *s = NULL;

    assert_ok(&f->ctx, s3_client_create(&f->ctx, &example, &s));
    assert_str(s3_presign(s, &f->arena, STR("test.txt"), NULL, 1369353600, 86400),
               STR("https://examplebucket.s3.amazonaws.com/test.txt"
                   "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
                   "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
                   "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
                   "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
    s3_client_destroy(s);
}

/* By somebody who knows nothing but the URL: "200 video/mp4". */
static const char *fetched(struct fixture *f, struct str url)
{
    char *said = arena_bytes(&f->arena, 100);
    FILE *out = popen(arena_printf(&f->arena,
                                   "curl -s --noproxy '*' -o /dev/null"
                                   " -w '%%{http_code} %%{content_type}\n' '" STR_FMT "'",
                                   STR_ARG(url)),
                      "r");

    assert_non_null(out);
    assert_non_null(fgets(said, 100, out));
    assert_int_equal(pclose(out), 0);
    return said;
}

static void a_link_is_good_until_it_has_expired_or_is_changed(void **state)
{
    struct fixture *f = *state;
    int64_t now = clock_wall_ms() / CLOCK_MS_PER_S;
    enum { HOUR = 3600 };

    assert_ok(&f->ctx, put(f, STR("v/x"), 1000));
    struct str good = s3_presign(f->direct, &f->arena, STR("v/x"), "video/mp4", now, HOUR);
    struct str old =
        s3_presign(f->direct, &f->arena, STR("v/x"), "video/mp4", now - HOUR - HOUR, HOUR);
    struct str other = s3_presign(f->direct, &f->arena, STR("v/y"), "video/mp4", now, HOUR);
    char *changed = arena_printf(&f->arena, STR_FMT, STR_ARG(other));

    *(strstr(changed, "v/y") + 2) = 'x'; /* signed for another object */
    assert_string_equal(fetched(f, good), "200 video/mp4\n");
    assert_memory_equal(fetched(f, old), "403", 3);
    assert_memory_equal(fetched(f, str_of(changed)), "403", 3);
}

static void all_who_ask_within_a_while_get_the_same_link(void **state)
{
    struct fixture *f = *state;
    const int64_t quarter_s = 900;
    int64_t begin_ms = INT64_C(1800000000) / quarter_s * quarter_s * CLOCK_MS_PER_S;
    int valid_s = 0;

    test_clock_stop(begin_ms);
    struct str first = blob_link(f->blob, &f->ctx, STR("v/x"), "video/mp4", &valid_s);

    assert_int_equal(valid_s, quarter_s);
    test_clock_stop(begin_ms + (quarter_s - 1) * CLOCK_MS_PER_S);
    assert_str(blob_link(f->blob, &f->ctx, STR("v/x"), "video/mp4", &valid_s), first);
    assert_int_equal(valid_s, 1);
    test_clock_stop(begin_ms + quarter_s * CLOCK_MS_PER_S);
    assert_false(str_eq(blob_link(f->blob, &f->ctx, STR("v/x"), "video/mp4", &valid_s), first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        CASE(a_link_is_signed_as_amazon_says),
        CASE(a_link_is_good_until_it_has_expired_or_is_changed),
        CASE(all_who_ask_within_a_while_get_the_same_link),
    };

    if (!test_s3(&store))
        return 0;
    int failed = cmocka_run_group_tests_name("blob_view", tests, NULL, NULL);

    test_s3_end(&store);
    return failed;
}
