/* Tests of calls: the method table, calls side by side, calls through encode and decode. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api_codec.h"
#include "kit_api.h"
#include "kit_api_stub.h"

/* The service, and what its last call was given. */
struct kit {
    struct kit_api base;
    int64_t calls;
    struct ctx seen;
    struct str reply; /* what echo answers as text; empty: what it was told */
};

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct kit kit;
    struct kit_api *codec;
};

/* Shares the request's memory, as a service in this process may. */
static struct err *echo(struct kit_api *base, struct ctx *c, const struct kit_all *req,
                        struct kit_all *resp)
{
    struct kit *self = (struct kit *)base;

    self->calls++;
    self->seen = *c;
    self->seen.request_id = (struct str){0}; /* the caller's: not ours to keep */
    *resp = *req;
    if (self->reply.len)
        resp->s = self->reply;
    else if (req->s.len == 0)
        resp->s = arena_copy(c->arena, c->request_id);
    return NULL;
}

static struct err *count(struct kit_api *base, struct ctx *c, const struct kit_empty *req,
                         struct kit_leaf *resp)
{
    struct kit *self = (struct kit *)base;

    (void)c;
    (void)req;
    resp->id += ++self->calls;
    return NULL;
}

/* Fails late: resp is half written. */
static struct err *refuse(struct kit_api *base, struct ctx *c, const struct kit_refuse_req *req,
                          struct kit_leaf *resp)
{
    const char *reason = req->reason.len ? arena_copy(c->arena, req->reason).ptr : NULL;
    struct err *e = err_reason(c, (enum err_code)req->code, reason, STR_FMT, STR_ARG(req->text));

    ((struct kit *)base)->calls++;
    resp->id = -1;
    e->retry_after_s = req->retry_after;
    return err_wrap(c, e, "refuse");
}

static const struct kit_api_ops ops = {.echo = echo, .register_ = count, .refuse = refuse};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));

    struct api_transport way = api_codec_transport(&f->kit.base);

    f->ctx.arena = &f->arena;
    f->kit.base.ops = &ops;
    f->codec = kit_stub_create(&way);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    kit_stub_destroy(f->codec);
    arena_fini(&f->arena);
    test_free(f);
    return 0;
}

static void methods_are_described_as_the_proto_says(void **state)
{
    const struct api_method *m = kit_service.methods;

    (void)state;
    assert_string_equal(kit_service.name, "duan.kit.v1.Kit");
    assert_int_equal(kit_service.count, 3);
    assert_string_equal(m[KIT_METHOD_ECHO].path, "/duan.kit.v1.Kit/Echo");
    assert_int_equal(m[KIT_METHOD_ECHO].where, API_INLINE);
    assert_true(m[KIT_METHOD_ECHO].idempotent);
    assert_int_equal(m[KIT_METHOD_REGISTER].where, API_WRITER);
    assert_false(m[KIT_METHOD_REGISTER].idempotent);
    assert_ptr_equal(m[KIT_METHOD_REGISTER].req, &kit_empty_type);
    assert_ptr_equal(m[KIT_METHOD_REGISTER].resp, &kit_leaf_type);
    assert_int_equal(m[KIT_METHOD_REFUSE].where, API_WORKER); /* the proto does not say */
}

static void a_method_row_serves_its_method(void **state)
{
    struct fixture *f = *state;
    struct kit_empty req = {0};
    struct kit_leaf resp = {0};

    assert_ok(&f->ctx,
              kit_service.methods[KIT_METHOD_REGISTER].serve(&f->kit, &f->ctx, &req, &resp));
    assert_int_equal(resp.id, 1);
}

static void a_service_in_this_process_runs_when_started(void **state)
{
    struct fixture *f = *state;
    struct kit_leaf resp = {0};
    struct calls all CLEANUP(calls_end) = {0};

    kit_register_start(&f->kit.base, &f->ctx, &(struct kit_empty){0}, &resp, &all);
    assert_int_equal(resp.id, 1);
    assert_ok(&f->ctx, calls_join(&all));
}

static void a_started_call_answers_when_it_is_joined(void **state)
{
    struct fixture *f = *state;
    struct kit_leaf resp = {.id = 5};
    struct calls all CLEANUP(calls_end) = {0};

    kit_register_start(f->codec, &f->ctx, &(struct kit_empty){0}, &resp, &all);
    assert_int_equal(resp.id, 5);
    assert_ok(&f->ctx, calls_join(&all));
    assert_int_equal(resp.id, 1);
}

static void start_refusal(struct fixture *f, enum err_code code, struct kit_leaf *resp,
                          struct calls *all)
{
    struct kit_refuse_req req = {.code = (int32_t)code, .text = STR("no")};

    kit_refuse_start(f->codec, &f->ctx, &req, resp, all);
}

static void joining_waits_for_all_and_returns_the_first_failure(void **state)
{
    struct fixture *f = *state;
    struct kit_leaf resp[4] = {0};
    struct calls all CLEANUP(calls_end) = {0};

    kit_register_start(f->codec, &f->ctx, &(struct kit_empty){0}, &resp[0], &all);
    start_refusal(f, ERR_NOT_FOUND, &resp[1], &all);
    start_refusal(f, ERR_FORBIDDEN, &resp[2], &all);
    kit_register_start(f->codec, &f->ctx, &(struct kit_empty){0}, &resp[3], &all);
    assert_err(calls_join(&all), ERR_NOT_FOUND);
    assert_int_equal(resp[0].id, 1);
    assert_int_equal(resp[3].id, 4);
    assert_null(all.at[0].err);
    assert_int_equal(all.at[2].err->code, ERR_FORBIDDEN);
}

static void joined_calls_make_room_for_another_round(void **state)
{
    struct fixture *f = *state;
    struct kit_leaf resp = {0};
    struct calls all CLEANUP(calls_end) = {0};

    start_refusal(f, ERR_NOT_FOUND, &resp, &all);
    assert_err(calls_join(&all), ERR_NOT_FOUND);
    for (size_t i = 0; i < CALLS_MAX; i++)
        kit_register_start(f->codec, &f->ctx, &(struct kit_empty){0}, &resp, &all);
    assert_ok(&f->ctx, calls_join(&all));
    assert_int_equal(f->kit.calls, 1 + CALLS_MAX);
}

static void start_and_leave(struct fixture *f, struct kit_leaf *resp)
{
    struct calls all CLEANUP(calls_end) = {0};

    kit_register_start(f->codec, &f->ctx, &(struct kit_empty){0}, resp, &all);
}

static void leaving_a_block_waits_for_what_it_started(void **state)
{
    struct fixture *f = *state;
    struct kit_leaf resp = {0};

    start_and_leave(f, &resp);
    assert_int_equal(resp.id, 1);
    assert_int_equal(f->kit.calls, 1);
}

static void too_many_calls_abort(void **state)
{
    struct fixture *f = *state;
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct calls all = {0};

        (void)signal(SIGABRT, SIG_DFL);
        for (size_t i = 0; i < CALLS_MAX + 1; i++)
            (void)calls_add(&all, &f->ctx);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void an_answer_through_the_codec_shares_no_memory(void **state)
{
    struct fixture *f = *state;
    char text[] = "told";
    int64_t numbers[] = {1, 2};
    struct kit_leaf leaf = {.id = 3, .text = {text, 4}};
    struct kit_all req = {.s = {text, 4}, .i64s = {numbers, 2}, .maybe_leaf = &leaf}, resp = {0};

    assert_ok(&f->ctx, kit_echo(f->codec, &f->ctx, &req, &resp));
    memset(text, 'x', sizeof(text));
    memset(numbers, 0, sizeof(numbers));
    leaf.id = 0;
    /* Not assert_str(): a sanitizer must see the reads, and it does not look into cmocka. */
    assert_true(str_eq(resp.s, STR("told")));
    assert_int_equal(resp.i64s.at[1], 2);
    assert_int_equal(resp.maybe_leaf->id, 3);
    assert_true(str_eq(resp.maybe_leaf->text, STR("told")));
}

static void an_answer_through_the_codec_replaces_what_was_there(void **state)
{
    struct fixture *f = *state;
    struct kit_leaf resp = {.id = 40, .text = STR("old")};

    assert_ok(&f->ctx, kit_register(f->codec, &f->ctx, &(struct kit_empty){0}, &resp));
    assert_int_equal(resp.id, 1); /* the service counts on from what it finds: nothing */
    assert_int_equal(resp.text.len, 0);
}

static void identity_and_deadline_cross_but_no_transaction(void **state)
{
    struct fixture *f = *state;
    struct kit_all resp = {0};
    char memory;

    f->ctx.deadline_ns = 77;
    f->ctx.user_id = 42;
    f->ctx.request_id = STR("request");
    f->ctx.trace.low = 9;
    f->ctx.tx = (struct sql_tx *)(void *)&memory; /* only compared */
    assert_ok(&f->ctx, kit_echo(f->codec, &f->ctx, &(struct kit_all){0}, &resp));
    assert_int_equal(f->kit.seen.deadline_ns, 77);
    assert_int_equal(f->kit.seen.user_id, 42);
    assert_int_equal(f->kit.seen.trace.low, 9);
    assert_str(resp.s, STR("request"));
    assert_null(f->kit.seen.tx);
    assert_ptr_not_equal(f->kit.seen.arena, &f->arena);
}

static void a_failure_crosses_with_code_reason_and_chain(void **state)
{
    struct fixture *f = *state;
    struct kit_refuse_req req = {ERR_NOT_FOUND, STR("leaf_not_found"), STR("no leaf 9"), 3};
    struct kit_leaf resp = {.id = 5};
    struct err *e = kit_refuse(f->codec, &f->ctx, &req, &resp);

    assert_err(e, ERR_NOT_FOUND);
    assert_string_equal(e->reason, "leaf_not_found");
    assert_string_equal(err_text(&f->ctx, e), "refuse: no leaf 9");
    assert_string_equal(err_root(e)->msg, "no leaf 9");
    assert_int_equal(err_root(e)->code, ERR_NOT_FOUND);
    assert_int_equal(err_root(e)->retry_after_s, 3);
    assert_non_null(strstr(err_root(e)->where, "api_test.c:"));
    assert_int_equal(resp.id, 5);
}

static void a_failure_without_a_reason_crosses_without_one(void **state)
{
    struct fixture *f = *state;
    struct kit_refuse_req req = {.code = ERR_EXISTS, .text = STR("taken")};
    struct kit_leaf resp = {0};
    struct err *e = kit_refuse(f->codec, &f->ctx, &req, &resp);

    assert_err(e, ERR_EXISTS);
    assert_null(e->reason);
}

static void a_request_that_is_not_text_never_reaches_the_service(void **state)
{
    struct fixture *f = *state;
    struct kit_all req = {.s = STR("\xff")}, resp = {.i64 = 5};

    assert_err(kit_echo(f->codec, &f->ctx, &req, &resp), ERR_INVALID);
    assert_int_equal(f->kit.calls, 0);
    assert_int_equal(resp.i64, 5);
}

static void a_reply_that_is_not_text_is_the_services_fault(void **state)
{
    struct fixture *f = *state;
    struct kit_all resp = {.i64 = 5};

    f->kit.reply = STR("\xff");
    struct err *e = kit_echo(f->codec, &f->ctx, &(struct kit_all){.i64 = 6}, &resp);
    assert_err(e, ERR_INTERNAL);
    assert_string_equal(e->msg, "/duan.kit.v1.Kit/Echo: decode KitAll: field s: not UTF-8");
    assert_int_equal(resp.i64, 5);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(methods_are_described_as_the_proto_says),
        CASE(a_method_row_serves_its_method),
        CASE(a_service_in_this_process_runs_when_started),
        CASE(a_started_call_answers_when_it_is_joined),
        CASE(joining_waits_for_all_and_returns_the_first_failure),
        CASE(joined_calls_make_room_for_another_round),
        CASE(leaving_a_block_waits_for_what_it_started),
        CASE(too_many_calls_abort),
        CASE(an_answer_through_the_codec_shares_no_memory),
        CASE(an_answer_through_the_codec_replaces_what_was_there),
        CASE(identity_and_deadline_cross_but_no_transaction),
        CASE(a_failure_crosses_with_code_reason_and_chain),
        CASE(a_failure_without_a_reason_crosses_without_one),
        CASE(a_request_that_is_not_text_never_reaches_the_service),
        CASE(a_reply_that_is_not_text_is_the_services_fault),
    };

    return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}
