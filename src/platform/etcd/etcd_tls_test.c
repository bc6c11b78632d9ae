/* Tests of the etcd client on an etcd that asks for certificates. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "etcd_fixture.h"
#include "etcd_process.h"
#include "rpc_tls.h"
#include "scratch.h"

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct etcd_process *process;
    struct rpc_tls *known, *stranger;
};

/* A certificate that is its own authority; its key stands beside it. */
static const char *make_certificate(struct fixture *f)
{
    const char *path = arena_printf(&f->arena, "%s/pem", scratch_dir(&f->arena).ptr);
    const char *command = arena_printf(
        &f->arena,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 "
        "-subj /CN=duan -addext subjectAltName=IP:127.0.0.1 -keyout %s.key -out %s 2>%s.log",
        path, path, path);

    assert_int_equal(system(command), 0);
    return path;
}

static const char *key_of(struct fixture *f, const char *certificate)
{
    return arena_printf(&f->arena, "%s.key", certificate);
}

static struct rpc_tls *tls_of(struct fixture *f, const char *certificate, const char *authority)
{
    struct rpc_tls_options options = {.certificate = str_of(certificate),
                                      .key = str_of(key_of(f, certificate)),
                                      .authority = str_of(authority)};
    struct rpc_tls *tls;

    assert_ok(&f->ctx, rpc_tls_open(&f->ctx, &options, &tls));
    return tls;
}

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    const char *ours = make_certificate(f), *another = make_certificate(f);

    f->process = etcd_process_start_tls(&f->arena, ours, key_of(f, ours), ours);
    f->known = tls_of(f, ours, ours);
    f->stranger = tls_of(f, another, ours);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    rpc_tls_close(f->known);
    rpc_tls_close(f->stranger);
    return fixture_end(state);
}

static struct etcd *opened(struct fixture *f, const struct rpc_tls *tls)
{
    struct etcd_options options = etcd_defaults;
    struct etcd *e;

    options.endpoints = str_of(etcd_process_address(f->process));
    options.tls = tls;
    assert_ok(&f->ctx, etcd_open(&f->ctx, &options, &e));
    return e;
}

static bool puts_something(struct fixture *f, struct etcd *e)
{
    struct etcd_kv kv = {.key = STR("/a"), .value = STR("1")};

    return etcd_put(e, &f->ctx, &kv) == NULL;
}

static void whoever_has_a_certificate_is_served_and_others_are_not(void **state)
{
    struct fixture *f = *state;
    struct etcd *known = opened(f, f->known), *stranger = opened(f, f->stranger);
    struct etcd *plain = opened(f, NULL);
    struct etcd_watch *w;

    eventually(puts_something(f, known));
    assert_ok(&f->ctx, etcd_watch_open(known, &f->ctx, STR("/a"), 1, &w));
    etcd_watch_close(w);
    assert_false(puts_something(f, stranger));
    assert_false(puts_something(f, plain));
    etcd_close(known);
    etcd_close(stranger);
    etcd_close(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whoever_has_a_certificate_is_served_and_others_are_not,
                                        setup, teardown),
    };

    if (!etcd_process_is_installed())
        return skip_all("etcd is not installed");
    return cmocka_run_group_tests_name("etcd_tls", tests, NULL, NULL);
}
