/* Tests of what a role's server says of itself: health checks and reflection. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "health_api.h"
#include "peers_fixture.h"
#include "proto_file.h"
#include "reflection_api.h"
#include "rpc_channel.h"
#include "rpc_health.h"
#include "rpc_reflection.h"

/* peers_fixture, and a channel to its first instance. */
struct fixture {
    struct peers_fixture peers;
    struct rpc_channel *ch;
};

static const char KIT[] = "duan.kit.v1.Kit", CHECK[] = "/grpc.health.v1.Health/Check",
                  WATCH[] = "/grpc.health.v1.Health/Watch",
                  V1[] = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                  V1ALPHA[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

static int setup(void **state)
{
    struct rpc_channel_options options = rpc_channel_defaults;
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->peers.ctx.arena = &f->peers.arena;
    instance_start(&f->peers, &f->peers.at[0]);
    options.address = f->peers.at[0].address;
    f->ch = rpc_channel_create(&options);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    rpc_channel_destroy(f->ch);
    instance_stop(&f->peers.at[0]);
    return fixture_end(state);
}

static struct ctx *ctx_of(struct fixture *f)
{
    return &f->peers.ctx;
}

/* ---- health ---- */

static struct str health_request(struct fixture *f, const char *service)
{
    struct health_check_request req = {.service = str_of(service)};

    return codec_encode(ctx_of(f), &health_check_request_type, &req);
}

static enum serving_status status_in(struct fixture *f, struct str reply)
{
    struct health_check_response resp = {0};

    assert_ok(ctx_of(f), codec_decode(ctx_of(f), &health_check_response_type, reply, &resp));
    return resp.status;
}

static struct err *check(struct fixture *f, const char *service, struct str *reply)
{
    return rpc_finish(rpc_begin(f->ch, ctx_of(f), CHECK, health_request(f, service)), reply, NULL);
}

static void assert_status(struct fixture *f, const char *service, enum serving_status status)
{
    struct str reply;

    assert_ok(ctx_of(f), check(f, service, &reply));
    assert_int_equal(status_in(f, reply), status);
}

static void a_service_is_as_it_was_set_last(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        assert_status(f, KIT, SERVING_STATUS_SERVING);
        assert_status(f, "", SERVING_STATUS_SERVING);
        rpc_role_serving(f->peers.at[0].role, false);
        assert_status(f, KIT, SERVING_STATUS_NOT_SERVING);
        assert_status(f, "", SERVING_STATUS_NOT_SERVING);
        rpc_role_serving(f->peers.at[0].role, true);
    }
}

static void a_service_that_is_not_known_is_not_found(void **state)
{
    struct fixture *f = *state;
    char name[RPC_HEALTH_NAME_MAX + 2] = {0};
    struct str reply;

    assert_err(check(f, "duan.kit.v1.Ki", &reply), ERR_NOT_FOUND);
    memset(name, 'x', sizeof(name) - 1);
    assert_err(check(f, name, &reply), ERR_INVALID);
}

static struct rpc_stream *watch(struct fixture *f, const char *service)
{
    struct rpc_stream *s;

    assert_ok(ctx_of(f), rpc_stream_open(f->ch, ctx_of(f), WATCH, &s));
    assert_ok(ctx_of(f), rpc_stream_send(s, ctx_of(f), health_request(f, service)));
    return s;
}

static void assert_told(struct fixture *f, struct rpc_stream *s, enum serving_status status)
{
    struct str message;

    assert_ok(ctx_of(f), rpc_stream_receive(s, ctx_of(f), &message));
    assert_int_equal(status_in(f, message), status);
}

static void who_watches_is_told_now_and_of_every_change(void **state)
{
    struct fixture *f = *state;
    struct rpc_stream *s = watch(f, KIT);

    rpc_stream_end(s); /* it has said all, and hears on */
    assert_told(f, s, SERVING_STATUS_SERVING);
    for (int i = 0; i < 2; i++) {
        rpc_role_serving(f->peers.at[0].role, false);
        rpc_role_serving(f->peers.at[0].role, false); /* no change */
        assert_told(f, s, SERVING_STATUS_NOT_SERVING);
        rpc_role_serving(f->peers.at[0].role, true);
        assert_told(f, s, SERVING_STATUS_SERVING);
    }
    rpc_stream_close(s);
}

static void each_hears_of_what_it_watches(void **state)
{
    struct fixture *f = *state;
    struct rpc_stream *one = watch(f, KIT), *all = watch(f, ""), *none = watch(f, "other");

    assert_told(f, one, SERVING_STATUS_SERVING);
    assert_told(f, all, SERVING_STATUS_SERVING);
    assert_told(f, none, SERVING_STATUS_SERVICE_UNKNOWN);
    rpc_stream_close(all);
    rpc_role_serving(f->peers.at[0].role, false);
    assert_told(f, one, SERVING_STATUS_NOT_SERVING);
    rpc_stream_close(none);
    rpc_stream_close(one);
}

/* Another server, with nothing in it. */
static struct rpc_server *renew_server(struct fixture *f)
{
    struct rpc_server_options options = rpc_server_defaults;
    struct rpc_server *server;

    assert_ok(ctx_of(f), rpc_server_create(ctx_of(f), &options, &server));
    return server;
}

/* From now on f->ch leads there. */
static void start_server(struct fixture *f, struct rpc_server *server)
{
    struct rpc_channel_options to = rpc_channel_defaults;

    assert_ok(ctx_of(f), rpc_server_start(server, ctx_of(f)));
    rpc_channel_destroy(f->ch);
    to.address = rpc_server_address(server, ctx_of(f));
    f->ch = rpc_channel_create(&to);
}

static void who_watches_an_unknown_service_hears_when_it_is_known(void **state)
{
    struct fixture *f = *state;
    struct rpc_server *server = renew_server(f);
    struct rpc_health *health = rpc_health_create(server);

    start_server(f, server);
    struct rpc_stream *s = watch(f, "late");
    assert_told(f, s, SERVING_STATUS_SERVICE_UNKNOWN);
    rpc_health_set(health, "other", true);
    rpc_health_set(health, "late", true);
    assert_told(f, s, SERVING_STATUS_SERVING);
    rpc_stream_close(s);
    rpc_server_close(server);
    rpc_health_destroy(health);
}

static void one_call_watches_one_service(void **state)
{
    struct fixture *f = *state;
    struct rpc_stream *s = watch(f, KIT);
    struct str message;

    assert_told(f, s, SERVING_STATUS_SERVING);
    assert_ok(ctx_of(f), rpc_stream_send(s, ctx_of(f), health_request(f, "")));
    assert_err(rpc_stream_receive(s, ctx_of(f), &message), ERR_INVALID);
    rpc_stream_close(s);
}

static void who_has_left_makes_room(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < RPC_HEALTH_WATCHERS_MAX + 50; i++) {
        struct rpc_stream *s = watch(f, KIT);

        assert_told(f, s, SERVING_STATUS_SERVING);
        rpc_stream_close(s);
        arena_reset(&f->peers.arena);
    }
}

/* Balancers do not let go of the call: they hear, and the connection ends. */
static void who_watches_does_not_hold_up_the_end(void **state)
{
    struct fixture *f = *state;
    struct rpc_stream *s = watch(f, "");
    struct str message;

    assert_told(f, s, SERVING_STATUS_SERVING);
    rpc_role_serving(f->peers.at[0].role, false);
    assert_true(rpc_server_drain(f->peers.at[0].server, 3600000));
    assert_told(f, s, SERVING_STATUS_NOT_SERVING);
    assert_non_null(rpc_stream_receive(s, ctx_of(f), &message));
    rpc_stream_close(s);
}

/* ---- reflection ---- */

struct dialogue {
    struct fixture *f;
    struct rpc_stream *s;
};

static struct dialogue dialogue(struct fixture *f, const char *path)
{
    struct dialogue d = {.f = f};

    assert_ok(ctx_of(f), rpc_stream_open(f->ch, ctx_of(f), path, &d.s));
    return d;
}

static struct server_reflection_response ask(struct dialogue *d,
                                             const struct server_reflection_request *req)
{
    struct ctx *c = ctx_of(d->f);
    struct server_reflection_response resp = {0};
    struct str reply;

    assert_ok(c, rpc_stream_send(d->s, c, codec_encode(c, &server_reflection_request_type, req)));
    assert_ok(c, rpc_stream_receive(d->s, c, &reply));
    assert_ok(c, codec_decode(c, &server_reflection_response_type, reply, &resp));
    return resp;
}

static struct server_reflection_response ask_symbol(struct dialogue *d, const char *symbol)
{
    struct server_reflection_request req = {.file_containing_symbol = str_of(symbol),
                                            .has_file_containing_symbol = true};

    return ask(d, &req);
}

static bool is_file(const struct server_reflection_response *resp, const struct proto_file *file)
{
    const struct file_descriptor_response *found = resp->file_descriptor_response;

    return found && str_eq(found->file_descriptor_proto.at[0], file->descriptor);
}

static void services_are_listed(void **state)
{
    static const char *const names[] = {"grpc.reflection.v1.ServerReflection",
                                        "grpc.reflection.v1alpha.ServerReflection",
                                        "grpc.health.v1.Health", "duan.kit.v1.Kit"};
    const char *const paths[] = {V1, V1ALPHA};

    for (size_t p = 0; p < COUNT(paths); p++) {
        struct dialogue d = dialogue(*state, paths[p]);
        struct server_reflection_response resp =
            ask(&d, &(struct server_reflection_request){.host = STR("here"),
                                                        .has_list_services = true});
        struct service_response_list list = resp.list_services_response->service;

        assert_true(str_eq(resp.valid_host, STR("here")));
        assert_true(resp.original_request->has_list_services);
        assert_int_equal(list.count, COUNT(names));
        for (size_t i = 0; i < COUNT(names); i++)
            assert_true(str_eq(list.at[i].name, str_of(names[i])));
        rpc_stream_close(d.s);
    }
}

static void a_file_comes_with_all_that_it_imports(void **state)
{
    struct dialogue d = dialogue(*state, V1);
    struct server_reflection_response resp =
        ask(&d, &(struct server_reflection_request){.file_by_filename = STR("kit.proto"),
                                                    .has_file_by_filename = true});
    struct str_list files = resp.file_descriptor_response->file_descriptor_proto;

    assert_int_equal(files.count, 4); /* duan.proto imports descriptor.proto */
    assert_true(is_file(&resp, &kit_file));
    assert_true(str_eq(files.at[2], kit_event_file.descriptor));
    rpc_stream_close(d.s);
}

/* One imports two, and both of them a fourth. */
static void what_is_imported_twice_comes_once(void **state)
{
    static const char *const none[] = {NULL};
    static const struct proto_file *const nothing[] = {NULL};
    static const struct proto_file fourth = {"d.proto", none, nothing, NULL, STR_INIT("d")};
    static const struct proto_file *const import_fourth[] = {&fourth, NULL};
    static const struct proto_file left = {"b.proto", none, import_fourth, NULL, STR_INIT("b")},
                                   right = {"c.proto", none, import_fourth, NULL, STR_INIT("c")};
    static const struct proto_file *const import_both[] = {&left, &right, NULL};
    static const struct proto_file first = {"a.proto", none, import_both, NULL, STR_INIT("a")};
    struct fixture *f = *state;
    struct rpc_server *server = renew_server(f);
    struct rpc_reflection *reflection = rpc_reflection_create(server);

    rpc_reflection_add(reflection, "a.A", &first);
    start_server(f, server);
    struct dialogue d = dialogue(f, V1);
    struct server_reflection_response resp =
        ask(&d, &(struct server_reflection_request){.file_by_filename = STR("a.proto"),
                                                    .has_file_by_filename = true});
    struct str_list files = resp.file_descriptor_response->file_descriptor_proto;
    assert_int_equal(files.count, 4);
    for (size_t i = 0; i < files.count; i++)
        assert_int_equal(files.at[i].ptr[0], "abcd"[i]);
    rpc_stream_close(d.s);
    rpc_server_close(server);
    rpc_reflection_destroy(reflection);
}

static void a_symbol_leads_to_its_file(void **state)
{
    static const char *const here[] = {"duan.kit.v1.Kit", "duan.kit.v1.Kit.Echo",
                                       "duan.kit.v1.KitAll", "duan.kit.v1.KitAll.i64",
                                       "duan.kit.v1.KitAll.pick"};
    static const char *const imported[] = {"duan.kit.v1.KitLeaf", "duan.kit.v1.KitColor",
                                           "duan.kit.v1.KIT_BLUE"};
    struct dialogue d = dialogue(*state, V1);

    for (size_t i = 0; i < COUNT(here); i++) {
        struct server_reflection_response resp = ask_symbol(&d, here[i]);

        assert_true(is_file(&resp, &kit_file));
    }
    for (size_t i = 0; i < COUNT(imported); i++) {
        struct server_reflection_response resp = ask_symbol(&d, imported[i]);

        assert_true(is_file(&resp, &kit_event_file));
    }
    rpc_stream_close(d.s);
}

static void what_is_not_there_is_an_answer_and_not_the_end(void **state)
{
    static const char *const wrong[] = {"duan.kit.v1.Ki", "duan.kit.v1", "", "Kit",
                                        "duan.kit.v1.Kit.Echo.More"};
    struct dialogue d = dialogue(*state, V1);

    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(ask_symbol(&d, wrong[i]).error_response->error_code, ERR_NOT_FOUND);
    assert_int_equal(ask(&d, &(struct server_reflection_request){0}).error_response->error_code,
                     ERR_INVALID);
    struct server_reflection_response resp = ask_symbol(&d, KIT);
    assert_true(is_file(&resp, &kit_file));
    rpc_stream_close(d.s);
}

static struct server_reflection_response ask_extensions(struct dialogue *d, const char *type)
{
    struct server_reflection_request req = {.all_extension_numbers_of_type = str_of(type),
                                            .has_all_extension_numbers_of_type = true};

    return ask(d, &req);
}

static void extensions_are_told(void **state)
{
    struct dialogue d = dialogue(*state, V1);
    struct server_reflection_response resp = ask_extensions(&d, "google.protobuf.MethodOptions");
    struct i32_list numbers = resp.all_extension_numbers_response->extension_number;
    struct extension_request wanted = {STR("google.protobuf.MethodOptions"), 50001};

    assert_int_equal(numbers.count, 1);
    assert_int_equal(numbers.at[0], 50001);
    resp = ask_extensions(&d, "duan.kit.v1.KitAll");
    assert_int_equal(resp.all_extension_numbers_response->extension_number.count, 0);
    assert_int_equal(ask_extensions(&d, "nothing").error_response->error_code, ERR_NOT_FOUND);
    resp = ask(&d, &(struct server_reflection_request){.file_containing_extension = &wanted});
    assert_int_equal(resp.file_descriptor_response->file_descriptor_proto.count, 2);
    wanted.extension_number++;
    resp = ask(&d, &(struct server_reflection_request){.file_containing_extension = &wanted});
    assert_int_equal(resp.error_response->error_code, ERR_NOT_FOUND);
    rpc_stream_close(d.s);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_service_is_as_it_was_set_last),
        CASE(a_service_that_is_not_known_is_not_found),
        CASE(who_watches_is_told_now_and_of_every_change),
        CASE(each_hears_of_what_it_watches),
        CASE(who_watches_an_unknown_service_hears_when_it_is_known),
        CASE(one_call_watches_one_service),
        CASE(who_has_left_makes_room),
        CASE(who_watches_does_not_hold_up_the_end),
        CASE(services_are_listed),
        CASE(a_file_comes_with_all_that_it_imports),
        CASE(what_is_imported_twice_comes_once),
        CASE(a_symbol_leads_to_its_file),
        CASE(what_is_not_there_is_an_answer_and_not_the_end),
        CASE(extensions_are_told),
    };

    return cmocka_run_group_tests_name("rpc_role", tests, NULL, NULL);
}
