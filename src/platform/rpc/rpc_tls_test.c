/* Tests of TLS between roles: who is let in, who is believed, what may be in plain text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "rpc_fixture.h"
#include "rpc_tls.h"
#include "scratch.h"

/* ---- an authority of the test's own ---- */

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
};

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(x);
    assert_int_equal(X509_add_ext(certificate, x, -1), 1);
    X509_EXTENSION_free(x);
}

/* Signed by `by`, or by itself; `names` is a subjectAltName, NULL for an authority. */
static struct identity identity_new(const struct identity *by, const char *names)
{
    enum { HOUR_S = 3600 };
    struct identity own = {EVP_EC_gen("P-256"), X509_new()};
    X509_NAME *subject = X509_get_subject_name(own.certificate);
    const char *common = names ? names : "authority";

    (void)X509_set_version(own.certificate, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(own.certificate), names ? 2 : 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(own.certificate), -HOUR_S);
    (void)X509_gmtime_adj(X509_getm_notAfter(own.certificate), HOUR_S);
    (void)X509_set_pubkey(own.certificate, own.key);
    (void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)common, -1,
                                     -1, 0);
    (void)X509_set_issuer_name(own.certificate,
                               X509_get_subject_name(by ? by->certificate : own.certificate));
    add_extension(own.certificate, NID_basic_constraints, names ? "CA:FALSE" : "critical,CA:TRUE");
    if (names)
        add_extension(own.certificate, NID_subject_alt_name, names);
    assert_true(X509_sign(own.certificate, by ? by->key : own.key, EVP_sha256()) > 0);
    return own;
}

static void identity_free(struct identity *own)
{
    X509_free(own->certificate);
    EVP_PKEY_free(own->key);
}

static struct str write_file(struct rpc_fixture *f, const char *path, const struct identity *own,
                             bool key)
{
    FILE *file = fopen(path, "we");

    (void)f;
    assert_non_null(file);
    if (key)
        assert_int_equal(PEM_write_PrivateKey(file, own->key, NULL, NULL, 0, NULL, NULL), 1);
    else
        assert_int_equal(PEM_write_X509(file, own->certificate), 1);
    assert_int_equal(fclose(file), 0);
    return str_of(path);
}

/* What a role with this certificate is configured with. */
static struct rpc_tls *tls_of(struct rpc_fixture *f, const struct identity *authority,
                              const struct identity *by, const char *names, const char *expected)
{
    struct str dir = scratch_dir(&f->arena);
    struct identity own = identity_new(by, names);
    struct rpc_tls_options o = {
        .certificate =
            write_file(f, arena_printf(&f->arena, "%s/certificate", dir.ptr), &own, false),
        .key = write_file(f, arena_printf(&f->arena, "%s/key", dir.ptr), &own, true),
        .authority =
            write_file(f, arena_printf(&f->arena, "%s/authority", dir.ptr), authority, false),
        .name = str_of(expected),
    };
    struct rpc_tls *tls = NULL;

    identity_free(&own);
    assert_ok(&f->ctx, rpc_tls_open(&f->ctx, &o, &tls));
    return tls;
}

/* ---- a call between two such roles ---- */

struct meeting {
    struct rpc_tls *server, *client; /* NULL: plain text */
};

static struct err *meet(struct rpc_fixture *f, struct meeting m, struct str req, struct str *resp)
{
    struct err *e;

    rpc_channel_destroy(f->ch);
    rpc_server_close(f->server);
    f->server_options.tls = m.server;
    f->options.tls = m.client;
    fixture_serve(f);
    f->ch = rpc_channel_create(&f->options);
    e = fixture_call(f, &f->ctx, ECHO, req, resp);
    rpc_channel_destroy(f->ch);
    rpc_server_close(f->server);
    f->ch = NULL;
    f->server = NULL;
    rpc_tls_close(m.server);
    rpc_tls_close(m.client);
    return e;
}

static void roles_of_one_authority_talk(void **state)
{
    enum { LEN = 3 << 20 };
    struct rpc_fixture *f = *state;
    struct identity ca = identity_new(NULL, NULL);
    struct str big = {memset(arena_bytes(&f->arena, LEN), 'x', LEN), LEN}, resp;
    struct meeting m = {tls_of(f, &ca, &ca, "IP:127.0.0.1", NULL),
                        tls_of(f, &ca, &ca, "DNS:gateway", NULL)};

    assert_ok(&f->ctx, meet(f, m, big, &resp));
    assert_str(resp, big);
    identity_free(&ca);
}

static void a_server_may_be_known_by_name_wherever_it_runs(void **state)
{
    struct rpc_fixture *f = *state;
    struct identity ca = identity_new(NULL, NULL);
    struct str resp;
    struct meeting m = {tls_of(f, &ca, &ca, "DNS:video.duan", NULL),
                        tls_of(f, &ca, &ca, "DNS:gateway", "video.duan")};

    assert_ok(&f->ctx, meet(f, m, STR("x"), &resp));
    identity_free(&ca);
}

static void assert_refused(struct rpc_fixture *f, struct err *e, const char *why)
{
    assert_err(e, ERR_UNAVAILABLE);
    if (!strstr(err_text(&f->ctx, e), why))
        fail_msg("\"%s\" does not say \"%s\"", err_text(&f->ctx, e), why);
}

static void a_server_with_another_name_is_not_believed(void **state)
{
    struct rpc_fixture *f = *state;
    struct identity ca = identity_new(NULL, NULL);
    struct str resp;
    struct meeting m = {tls_of(f, &ca, &ca, "DNS:comment.duan", NULL),
                        tls_of(f, &ca, &ca, "DNS:gateway", "video.duan")};

    assert_refused(f, meet(f, m, STR("x"), &resp), "mismatch");
    identity_free(&ca);
}

static void a_server_of_another_authority_is_not_believed(void **state)
{
    struct rpc_fixture *f = *state;
    struct identity ca = identity_new(NULL, NULL), other = identity_new(NULL, NULL);
    struct str resp;
    struct meeting m = {tls_of(f, &ca, &other, "IP:127.0.0.1", NULL),
                        tls_of(f, &ca, &ca, "DNS:gateway", NULL)};

    assert_refused(f, meet(f, m, STR("x"), &resp), "certificate");
    identity_free(&ca);
    identity_free(&other);
}

static void a_client_of_another_authority_is_not_let_in(void **state)
{
    struct rpc_fixture *f = *state;
    struct identity ca = identity_new(NULL, NULL), other = identity_new(NULL, NULL);
    struct str resp;
    struct meeting m = {tls_of(f, &ca, &ca, "IP:127.0.0.1", NULL),
                        tls_of(f, &ca, &other, "DNS:gateway", NULL)};

    assert_err(meet(f, m, STR("x"), &resp), ERR_UNAVAILABLE);
    identity_free(&ca);
    identity_free(&other);
}

static void a_client_in_plain_text_is_not_let_in(void **state)
{
    struct rpc_fixture *f = *state;
    struct identity ca = identity_new(NULL, NULL);
    struct str resp;
    struct meeting m = {tls_of(f, &ca, &ca, "IP:127.0.0.1", NULL), NULL};

    assert_err(meet(f, m, STR("x"), &resp), ERR_UNAVAILABLE);
    identity_free(&ca);
}

static void files_that_do_not_belong_together_are_refused(void **state)
{
    struct rpc_fixture *f = *state;
    struct identity ca = identity_new(NULL, NULL), one = identity_new(&ca, "DNS:one"),
                    two = identity_new(&ca, "DNS:two");
    struct str dir = scratch_dir(&f->arena);
    struct rpc_tls_options o = {
        .certificate = write_file(f, arena_printf(&f->arena, "%s/one", dir.ptr), &one, false),
        .key = write_file(f, arena_printf(&f->arena, "%s/two", dir.ptr), &two, true),
        .authority = write_file(f, arena_printf(&f->arena, "%s/ca", dir.ptr), &ca, false),
    };
    struct rpc_tls *tls = NULL;

    assert_err(rpc_tls_open(&f->ctx, &o, &tls), ERR_INVALID);
    o.key = STR("/nothing/there");
    assert_err(rpc_tls_open(&f->ctx, &o, &tls), ERR_INVALID);
    assert_null(tls);
    identity_free(&ca);
    identity_free(&one);
    identity_free(&two);
}

static void plain_text_beyond_this_machine_must_be_asked_for(void **state)
{
    struct rpc_fixture *f = *state;
    struct rpc_server *s = NULL;

    f->server_options.listen = STR("0.0.0.0:0");
    assert_ok(&f->ctx, rpc_server_create(&f->ctx, &f->server_options, &s));
    assert_err(rpc_server_start(s, &f->ctx), ERR_PRECONDITION);
    rpc_server_close(s);
    f->server_options.plain_text_anywhere = true;
    assert_ok(&f->ctx, rpc_server_create(&f->ctx, &f->server_options, &s));
    assert_ok(&f->ctx, rpc_server_start(s, &f->ctx));
    rpc_server_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RPC_TEST(roles_of_one_authority_talk),
        RPC_TEST(a_server_may_be_known_by_name_wherever_it_runs),
        RPC_TEST(a_server_with_another_name_is_not_believed),
        RPC_TEST(a_server_of_another_authority_is_not_believed),
        RPC_TEST(a_client_of_another_authority_is_not_let_in),
        RPC_TEST(a_client_in_plain_text_is_not_let_in),
        RPC_TEST(files_that_do_not_belong_together_are_refused),
        RPC_TEST(plain_text_beyond_this_machine_must_be_asked_for),
    };

    return cmocka_run_group_tests_name("rpc_tls", tests, NULL, NULL);
}
