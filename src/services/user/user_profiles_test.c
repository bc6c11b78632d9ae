/* Tests of the user service: what people change about themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"
#include "user_settings.h"

static struct err *edit(struct world *w, struct user_edit_req req)
{
    struct user_edit_resp resp = {0};

    return user_edit(w->api.user, &w->ctx, &req, &resp);
}

static struct str settings_of(struct world *w, int64_t id)
{
    struct user_get_settings_req req = {id};
    struct user_get_settings_resp resp = {0};

    assert_ok(&w->ctx, user_get_settings(w->api.user, &w->ctx, &req, &resp));
    return resp.settings;
}

static struct user_edit_req name(int64_t id, struct str text)
{
    return (struct user_edit_req){.id = id, .with_name = true, .name = text};
}

static struct user_edit_req signature(int64_t id, struct str text)
{
    return (struct user_edit_req){.id = id, .with_signature = true, .signature = text};
}

static struct user_edit_req settings(int64_t id, struct str text)
{
    return (struct user_edit_req){.id = id, .settings = text};
}

static void what_is_named_changes_and_nothing_else(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct str said = world_profile(w, ann).signature;

    assert_ok(&w->ctx, edit(w, name(ann, STR("Anna"))));
    assert_str(world_profile(w, ann).name, STR("Anna"));
    assert_str(world_profile(w, ann).signature, said);
    assert_ok(&w->ctx, edit(w, signature(ann, STR("one\ntwo"))));
    assert_str(world_profile(w, ann).name, STR("Anna"));
    assert_str(world_profile(w, ann).signature, STR("one\ntwo"));
    assert_ok(&w->ctx, edit(w, signature(ann, STR(""))));
    assert_str(world_profile(w, ann).signature, STR(""));
    assert_int_equal(world_profile(w, ann).session, 1);
    assert_int_equal(world_told(w, &user_account_type, CHANGE_UPDATE), 3);
}

static void a_name_is_one_persons(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct user_edit_req both = name(ann, STR("bob"));

    both.with_signature = true;
    both.signature = STR("after");
    both.settings = STR("{\"theme\":\"dark\"}");
    assert_reason(edit(w, both), ERR_EXISTS, "name_taken");
    assert_str(world_profile(w, ann).name, STR("ann"));
    assert_false(str_eq(world_profile(w, ann).signature, STR("after")));
    assert_str(settings_of(w, ann), STR("{}"));
    assert_ok(&w->ctx, edit(w, name(bob, STR("bob")))); /* his already */
    assert_ok(&w->ctx, edit(w, name(bob, STR("Bob"))));
    assert_ok(&w->ctx, edit(w, name(ann, STR("bob"))));
}

static void what_may_not_be_is_refused(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    assert_err(edit(w, name(ann, STR(""))), ERR_INVALID);
    assert_err(edit(w, name(ann, STR(" a"))), ERR_INVALID);
    assert_err(edit(w, name(ann, STR("a\xff"))), ERR_INVALID);
    assert_err(edit(w, name(ann, world_text(w, "x", NAME_MAX_CHARS + 1))), ERR_INVALID);
    assert_err(edit(w, signature(ann, STR("a\tb"))), ERR_INVALID);
    assert_err(edit(w, signature(ann, STR("a\xff"))), ERR_INVALID);
    assert_err(edit(w, signature(ann, world_text(w, "x", SIGNATURE_MAX_CHARS + 1))), ERR_INVALID);
    assert_ok(&w->ctx,
              edit(w, signature(ann, world_text(w, "\xf0\x9f\x98\x80", SIGNATURE_MAX_CHARS))));
    assert_reason(edit(w, signature(4711, STR("x"))), ERR_NOT_FOUND, "user_not_found");
}

static void settings_are_merged_and_kept_in_one_form(void **state)
{
    static const struct {
        const char *change, *after;
    } steps[] = {
        {"{}", "{}"},
        {" { \"theme\" : \"dark\" } ", "{\"theme\":\"dark\"}"},
        {"{\"captions\":true,\"language\":\"\\u0065n\"}",
         "{\"language\":\"en\",\"theme\":\"dark\",\"captions\":true}"},
        {"{\"theme\":null,\"autoscroll\":false}",
         "{\"language\":\"en\",\"captions\":true,\"autoscroll\":false}"},
        {"{\"captions\":false,\"captions\":true,\"language\":null,\"autoscroll\":null}",
         "{\"captions\":true}"},
    };
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    for (size_t i = 0; i < COUNT(steps); i++) {
        assert_ok(&w->ctx, edit(w, settings(ann, str_of(steps[i].change))));
        assert_str(settings_of(w, ann), str_of(steps[i].after));
    }
    assert_str(settings_of(w, bob), STR("{}"));
    assert_str(settings_of(w, 4711), STR("{}"));
}

static void a_setting_that_there_is_not_changes_nothing(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{",
        "x",
        "{\"a\":1}",
        "{\"theme\":\"pink\"}",
        "{\"theme\":true}",
        "{\"captions\":1}",
        "{\"captions\":\"true\"}",
        "{\"language\":\"\"}",
        "{\"language\":\"a b\"}",
        "{\"language\":\"en\",\"theme\":{}}",
        "{\"theme\":\"dark\"}x",
        "{\"language\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
        "{\"theme\":\"da\\u0000rk\"}",
    };
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    assert_ok(&w->ctx, edit(w, settings(ann, STR("{\"theme\":\"light\"}"))));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_err(edit(w, settings(ann, str_of(bad[i]))), ERR_INVALID);
    assert_str(settings_of(w, ann), STR("{\"theme\":\"light\"}"));
}

static struct err *set_picture(struct world *w, int64_t id, bool background, struct str path,
                               struct str *replaced)
{
    struct user_set_picture_req req = {id, background, path};
    struct user_set_picture_resp resp = {0};

    TRY(user_set_picture(w->api.user, &w->ctx, &req, &resp));
    *replaced = resp.replaced;
    return NULL;
}

static void a_new_picture_tells_which_it_replaced(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct user_profile before = world_profile(w, ann);
    struct str replaced = {0};

    assert_ok(&w->ctx, set_picture(w, ann, false, STR("media/u/a"), &replaced));
    assert_str(replaced, before.avatar);
    assert_str(world_profile(w, ann).background, before.background);
    assert_ok(&w->ctx, set_picture(w, ann, false, STR("media/u/b"), &replaced));
    assert_str(replaced, STR("media/u/a"));
    assert_ok(&w->ctx, set_picture(w, ann, true, STR("media/u/c"), &replaced));
    assert_str(replaced, before.background);
    assert_str(world_profile(w, ann).avatar, STR("media/u/b"));
    assert_str(world_profile(w, ann).background, STR("media/u/c"));
    assert_int_equal(world_told(w, &user_account_type, CHANGE_UPDATE), 3);
    assert_reason(set_picture(w, 4711, true, STR("x"), &replaced), ERR_NOT_FOUND, "user_not_found");
    assert_err(set_picture(w, ann, true, STR(""), &replaced), ERR_INVALID);
    assert_err(set_picture(w, ann, true, world_text(w, "x", 201), &replaced), ERR_INVALID);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(what_is_named_changes_and_nothing_else),
        WORLD_TEST(a_name_is_one_persons),
        WORLD_TEST(what_may_not_be_is_refused),
        WORLD_TEST(a_new_picture_tells_which_it_replaced),
        WORLD_TEST(settings_are_merged_and_kept_in_one_form),
        WORLD_TEST(a_setting_that_there_is_not_changes_nothing),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
