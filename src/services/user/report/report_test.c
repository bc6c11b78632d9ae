/* Tests of reports: taken once, bounded, and hidden from who made them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

static struct err *try_report(struct world *w, struct report_add_req req, bool *changed)
{
    struct report_add_resp resp = {0};

    TRY(report_add(w->api.report, &w->ctx, &req, &resp));
    *changed = resp.changed;
    return NULL;
}

static bool report_it(struct world *w, int64_t reporter, enum report_kind kind, int64_t target)
{
    bool changed = false;

    assert_ok(&w->ctx,
              try_report(w, (struct report_add_req){reporter, kind, target, STR("spam"), STR("")},
                         &changed));
    return changed;
}

static struct relation_hidden hidden_from(struct world *w, int64_t viewer)
{
    struct relation_get_hidden_req req = {viewer};
    struct relation_hidden found = {0};

    assert_ok(&w->ctx, relation_get_hidden(w->api.relation, &w->ctx, &req, &found));
    return found;
}

static void reporting_twice_is_one_report(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    assert_true(report_it(w, ann, REPORT_OF_VIDEO, 7));
    assert_false(report_it(w, ann, REPORT_OF_VIDEO, 7));
    assert_true(report_it(w, bob, REPORT_OF_VIDEO, 7));
    assert_true(report_it(w, ann, REPORT_OF_USER, 7));
    assert_int_equal(world_number(w, "SELECT count(*) FROM report_item"), 3);
    assert_int_equal(world_told(w, &report_item_type, CHANGE_INSERT), 3);
}

static void what_was_reported_is_hidden_from_the_reporter_alone(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    report_it(w, ann, REPORT_OF_VIDEO, 7);
    report_it(w, ann, REPORT_OF_COMMENT, 8);
    report_it(w, ann, REPORT_OF_USER, bob);
    assert_ids(hidden_from(w, ann).video_ids, 7);
    assert_ids(hidden_from(w, ann).comment_ids, 8);
    assert_ids(hidden_from(w, ann).user_ids);
    assert_ids(hidden_from(w, bob).video_ids);
}

static void only_the_newest_500_stay_hidden(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    for (int64_t i = 1; i <= HIDDEN_MAX; i++)
        world_change(w, arena_printf(&w->arena,
                                     "INSERT INTO relation_hidden (user_id, kind, target_id,"
                                     " created_at) VALUES (%lld, 2, %lld, %lld)",
                                     (long long)ann, (long long)i, (long long)i));
    report_it(w, ann, REPORT_OF_VIDEO, 1000);
    assert_int_equal(hidden_from(w, ann).video_ids.count, HIDDEN_MAX);
    assert_int_equal(world_number(w, "SELECT min(target_id) FROM relation_hidden"), 2);
    assert_int_equal(world_told(w, &relation_wish_type, CHANGE_DELETE), 1);
}

static void a_person_makes_at_most_100_reports_a_day(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    bool changed;

    for (int64_t i = 1; i <= REPORTS_A_DAY; i++)
        assert_true(report_it(w, ann, REPORT_OF_VIDEO, i));
    assert_reason(
        try_report(w, (struct report_add_req){ann, REPORT_OF_VIDEO, 999, STR("spam"), STR("")},
                   &changed),
        ERR_PRECONDITION, "quota_used_up");
    assert_false(report_it(w, ann, REPORT_OF_VIDEO, 1));
    assert_true(report_it(w, bob, REPORT_OF_VIDEO, 999));
    world_change(w, "UPDATE report_item SET created_at = created_at - 86400001");
    assert_true(report_it(w, ann, REPORT_OF_VIDEO, 999));
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct world *w = *state;
    const struct report_add_req no_kind = {1, REPORT_OF_NOTHING, 7, STR("spam"), STR("")},
                                no_such_kind = {1, (enum report_kind)4, 7, STR("spam"), STR("")},
                                no_reason = {1, REPORT_OF_VIDEO, 7, STR(""), STR("")},
                                no_such_reason = {1, REPORT_OF_VIDEO, 7, STR("spa"), STR("")},
                                blank = {1, REPORT_OF_VIDEO, 7, STR("spam"), STR(" ")};
    struct report_add_req too_long = {1, REPORT_OF_VIDEO, 7, STR("other"),
                                      world_text(w, "x", REPORT_MAX_CHARS + 1)};
    bool changed;

    assert_int_equal(try_report(w, no_kind, &changed)->code, ERR_INVALID);
    assert_int_equal(try_report(w, no_such_kind, &changed)->code, ERR_INVALID);
    assert_int_equal(try_report(w, no_reason, &changed)->code, ERR_INVALID);
    assert_int_equal(try_report(w, no_such_reason, &changed)->code, ERR_INVALID);
    assert_reason(try_report(w, blank, &changed), ERR_INVALID, "bad_text");
    assert_reason(try_report(w, too_long, &changed), ERR_INVALID, "bad_text");
    too_long.text.len--;
    assert_ok(&w->ctx, try_report(w, too_long, &changed));
    assert_int_equal(world_number(w, "SELECT count(*) FROM report_item"), 1);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(reporting_twice_is_one_report),
        WORLD_TEST(what_was_reported_is_hidden_from_the_reporter_alone),
        WORLD_TEST(only_the_newest_500_stay_hidden),
        WORLD_TEST(a_person_makes_at_most_100_reports_a_day),
        WORLD_TEST(what_makes_no_sense_is_refused),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
