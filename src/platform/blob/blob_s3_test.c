/* Tests of objects in a store: what happens when it, or the way to it, does not do its part. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "store_fixture.h"

#include "s3_put.h"
#include "s3_xml.h"

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

static void only_what_the_store_does_not_do_is_its_failure(void **state)
{
    struct fixture *f = *state;
    struct blob_stats stats = {0};
    struct blob_object o;

    assert_err(blob_get(f->blob, &f->ctx, STR("v/none"), &o), ERR_NOT_FOUND);
    refuse(f, "PUT", 503, 1);
    assert_ok(&f->ctx, put(f, STR("v/x"), 10));
    assert_true(blob_stats(f->blob, &stats));
    assert_int_equal(stats.retries, 1);
    assert_int_equal(stats.failures, 0);
    refuse(f, "PUT", 403, 1);
    assert_err(put(f, STR("v/x"), 10), ERR_UNAVAILABLE);
    assert_true(blob_stats(f->blob, &stats));
    assert_int_equal(stats.failures, 1);
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
        CASE(only_what_the_store_does_not_do_is_its_failure),
        CASE(a_reply_that_breaks_off_is_got_again),
        CASE(a_store_that_is_away_is_given_up_at_the_deadline),
        CASE(a_store_that_is_away_when_we_start_may_come),
        CASE(a_wrong_secret_is_told_at_the_start_and_not_named),
        CASE(a_bucket_that_is_not_there_is_told),
        CASE(options_that_cannot_be_meant_are_refused),
        CASE(other_styles_and_unsigned_bodies_work_too),
    };

    if (!test_s3(&store))
        return 0;
    int failed = cmocka_run_group_tests_name("blob_s3", tests, NULL, NULL);

    test_s3_end(&store);
    return failed;
}
