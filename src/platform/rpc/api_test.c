/* Tests of calls: side by side, and through encode and decode. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "kit_api.h"
#include "kit_api_codec.h"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

/* The service: counts its calls. */
struct kit {
    struct kit_api base;
    int64_t calls;
    struct ctx seen; /* what the last call was given */
};

static struct err *echo(struct kit_api *base, struct ctx *c, const struct kit_all *req,
                        struct kit_all *resp)
{
    struct kit *self = (struct kit *)base;

    self->calls++;
    self->seen = *c;
    *resp = *req; /* shares the request's memory, as a careless service would */
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

static struct err *refuse(struct kit_api *base, struct ctx *c, const struct kit_refuse_req *req,
                          struct kit_leaf *resp)
{
    struct err *e = err_reason(c, (enum err_code)req->code, arena_copy(c->arena, req->reason).ptr,
                               STR_FMT, STR_ARG(req->text));

    (void)base;
    resp->id = -1; /* a service that fails late */
    return err_wrap(c, e, "call %d", 7);
}

static const struct kit_api_ops ops = {.echo = echo, .register_ = count, .refuse = refuse};

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void a_failure_crosses_with_code_reason_and_text(void **state)
{
    struct kit kit = {.base = {&ops}};
    struct kit_api *codec = kit_codec_create(&kit.base);
    struct kit_refuse_req req = {ERR_NOT_FOUND, STR("leaf_not_found"), STR("no leaf 9")};
    struct kit_leaf resp = {.id = 5};

    (void)state;
    struct err *e = kit_refuse(codec, &ctx, &req, &resp);
    assert_err(e, ERR_NOT_FOUND);
    assert_string_equal(e->reason, "leaf_not_found");
    assert_string_equal(err_text(&ctx, e), "call 7: no leaf 9");
    assert_string_equal(err_root(e)->msg, "no leaf 9");
    assert_non_null(strstr(err_root(e)->where, "api_test.c:"));
    assert_int_equal(resp.id, 5);
    kit_codec_destroy(codec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_failure_crosses_with_code_reason_and_text),
    };

    return cmocka_run_group_tests_name("api", tests, NULL, teardown);
}
