/* TLS between roles: OpenSSL, over memory instead of sockets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

struct rpc_tls {
    SSL_CTX *serve, *call;
    char *name; /* NULL: the host called */
};

struct rpc_tls_pipe {
    SSL *ssl;
    BIO *in, *out; /* the ssl's */
    const char *why;
};

static const unsigned char ALPN[] = {2, 'h', '2'};

/* ---- files ---- */

static struct err *failure(struct ctx *c, struct str file)
{
    unsigned long number = ERR_peek_last_error();
    const char *reason = number ? ERR_reason_error_string(number) : NULL;

    ERR_clear_error();
    return err_new(c, ERR_INVALID, "TLS: " STR_FMT ": %s", STR_ARG(file),
                   reason ? reason : "cannot be used");
}

static struct err *load(struct ctx *c, SSL_CTX *ssl, const struct rpc_tls_options *o)
{
    if (SSL_CTX_use_certificate_chain_file(ssl, arena_copy(c->arena, o->certificate).ptr) != 1)
        return failure(c, o->certificate);
    if (SSL_CTX_use_PrivateKey_file(ssl, arena_copy(c->arena, o->key).ptr, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(ssl) != 1)
        return failure(c, o->key);
    if (SSL_CTX_load_verify_locations(ssl, arena_copy(c->arena, o->authority).ptr, NULL) != 1)
        return failure(c, o->authority);
    return NULL;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *arg)
{
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, ALPN, sizeof(ALPN), in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *new_context(const SSL_METHOD *method)
{
    SSL_CTX *ssl = SSL_CTX_new(method);

    if (!ssl || SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION) != 1)
        abort();
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_num_tickets(ssl, 0); /* connections last: nothing is resumed */
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    return ssl;
}

struct err *rpc_tls_open(struct ctx *c, const struct rpc_tls_options *options, struct rpc_tls **out)
{
    struct rpc_tls *tls = calloc(1, sizeof(*tls));
    struct err *e;

    if (!tls)
        abort();
    tls->serve = new_context(TLS_server_method());
    tls->call = new_context(TLS_client_method());
    SSL_CTX_set_alpn_select_cb(tls->serve, choose_protocol, NULL);
    if (SSL_CTX_set_alpn_protos(tls->call, ALPN, sizeof(ALPN)) != 0 ||
        (options->name.len && !(tls->name = strndup(options->name.ptr, options->name.len))))
        abort();
    e = load(c, tls->serve, options);
    if (!e)
        e = load(c, tls->call, options);
    if (e)
        rpc_tls_close(tls);
    else
        *out = tls;
    return e;
}

void rpc_tls_close(struct rpc_tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->serve);
    SSL_CTX_free(tls->call);
    free(tls->name);
    free(tls);
}

/* ---- one connection ---- */

static struct rpc_tls_pipe *pipe_new(SSL_CTX *ssl)
{
    struct rpc_tls_pipe *p = calloc(1, sizeof(*p));

    if (!p || !(p->ssl = SSL_new(ssl)) || !(p->in = BIO_new(BIO_s_mem())) ||
        !(p->out = BIO_new(BIO_s_mem())))
        abort();
    SSL_set_bio(p->ssl, p->in, p->out);
    return p;
}

struct rpc_tls_pipe *rpc_tls_pipe_serve(const struct rpc_tls *tls)
{
    struct rpc_tls_pipe *p = pipe_new(tls->serve);

    SSL_set_accept_state(p->ssl);
    return p;
}

static bool is_address(const char *name)
{
    struct in6_addr address;

    return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
}

static bool expect_name(SSL *ssl, const char *name)
{
    char *copy = strdup(name); /* the library's macro wants one that it could change */
    bool set = copy && SSL_set1_host(ssl, copy) == 1 && SSL_set_tlsext_host_name(ssl, copy) == 1;

    free(copy);
    return set;
}

static void expect(SSL *ssl, const char *name)
{
    if (is_address(name) ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) != 1
                         : !expect_name(ssl, name))
        abort();
}

struct rpc_tls_pipe *rpc_tls_pipe_call(const struct rpc_tls *tls, const char *host)
{
    struct rpc_tls_pipe *p = pipe_new(tls->call);

    expect(p->ssl, tls->name ? tls->name : host);
    SSL_set_connect_state(p->ssl);
    (void)SSL_do_handshake(p->ssl); /* its first words */
    ERR_clear_error();
    return p;
}

void rpc_tls_pipe_destroy(struct rpc_tls_pipe *p)
{
    if (!p)
        return;
    SSL_free(p->ssl); /* with its BIOs */
    free(p);
}

void rpc_tls_pipe_feed(struct rpc_tls_pipe *p, const void *bytes, size_t len)
{
    if (BIO_write(p->in, bytes, (int)len) != (int)len)
        abort(); /* memory takes all */
}

static const char *reason(const SSL *ssl)
{
    long verdict = SSL_get_verify_result(ssl);
    unsigned long number = ERR_peek_last_error();

    if (verdict != X509_V_OK)
        return X509_verify_cert_error_string(verdict);
    const char *text = number ? ERR_reason_error_string(number) : NULL;

    return text ? text : "TLS failed";
}

/* A client whom the server does not ask for HTTP/2 has reached something else. */
static bool speaks_h2(const SSL *ssl)
{
    const unsigned char *name;
    unsigned len;

    SSL_get0_alpn_selected(ssl, &name, &len);
    return len == sizeof(ALPN) - 1 && memcmp(name, ALPN + 1, len) == 0;
}

int rpc_tls_pipe_read(struct rpc_tls_pipe *p, void *out, int room)
{
    ERR_clear_error();
    int n = SSL_read(p->ssl, out, room), kind = n > 0 ? SSL_ERROR_NONE : SSL_get_error(p->ssl, n);

    if (n > 0 && !speaks_h2(p->ssl)) {
        p->why = "the peer does not speak HTTP/2";
        return -1;
    }
    if (n > 0)
        return n;
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_ZERO_RETURN)
        return 0;
    p->why = reason(p->ssl);
    ERR_clear_error();
    return -1;
}

bool rpc_tls_pipe_is_ready(const struct rpc_tls_pipe *p)
{
    return SSL_is_init_finished(p->ssl);
}

bool rpc_tls_pipe_write(struct rpc_tls_pipe *p, const void *bytes, size_t len)
{
    ERR_clear_error();
    return SSL_write(p->ssl, bytes, (int)len) == (int)len;
}

size_t rpc_tls_pipe_pending(const struct rpc_tls_pipe *p)
{
    return BIO_ctrl_pending(p->out);
}

size_t rpc_tls_pipe_take(struct rpc_tls_pipe *p, void *out, size_t room)
{
    int n = BIO_read(p->out, out, (int)room);

    return n > 0 ? (size_t)n : 0;
}

const char *rpc_tls_pipe_why(const struct rpc_tls_pipe *p)
{
    return p->why;
}
