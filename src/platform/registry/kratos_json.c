/* Kratos' JSON of an instance, written and read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "kratos_json.h"

#include "host_port.h"
#include "json.h"
#include "json_reader.h"

/* ---- writing ---- */

struct str kratos_json_write(struct ctx *c, const struct registry_instance *instance)
{
    struct json j = {.arena = c->arena};

    json_lit(&j, "{\"id\":");
    json_text(&j, instance->id);
    json_lit(&j, ",\"name\":");
    json_text(&j, instance->service);
    json_lit(&j, ",\"version\":");
    json_text(&j, instance->version);
    json_lit(&j, ",\"metadata\":null,\"endpoints\":[");
    json_text(&j, arena_str(c->arena, "%s://" STR_FMT, instance->tls ? "grpcs" : "grpc",
                            STR_ARG(instance->address)));
    json_lit(&j, "]}");
    return json_str(&j);
}

/* ---- reading ---- */

/* Up to version 2.0 TLS was said behind: grpc://HOST:PORT?isSecure=true. */
static bool is_tls(struct str scheme, struct str query)
{
    return str_eq(scheme, STR("grpcs")) || str_eq(query, STR("isSecure=true"));
}

/* Takes the address of "grpc://HOST:PORT" unless one was found; what is not gRPC is for others. */
static struct err *read_endpoint(struct ctx *c, struct str url, struct registry_instance *out)
{
    struct str scheme = str_cut(&url, ':');

    if (!str_eq(scheme, STR("grpc")) && !str_eq(scheme, STR("grpcs")))
        return NULL;
    if (!str_starts(url, STR("//")))
        return err_new(c, ERR_INVALID, "an endpoint is no URL");
    struct str query = str_from(url, 2), address = str_cut(&query, '?');

    if (str_ends(address, STR("/")))
        address.len--;
    if (!host_port_valid(address))
        return err_new(c, ERR_INVALID, "an endpoint has no HOST:PORT");
    if (out->address.len == 0 && is_tls(scheme, query) == out->tls)
        out->address = address;
    return NULL;
}

static struct err *read_endpoints(struct ctx *c, struct json_reader *r,
                                  struct registry_instance *out)
{
    struct str url;

    if (json_reader_null(r) || !json_reader_enter(r, '['))
        return NULL;
    while (json_reader_next(r))
        if (json_reader_text(r, &url))
            TRY(read_endpoint(c, url, out));
    return NULL;
}

/* The text that a member is read into; NULL: it is none of ours. */
static struct str *text_named(struct registry_instance *out, struct str name)
{
    if (str_eq(name, STR("id")))
        return &out->id;
    if (str_eq(name, STR("name")))
        return &out->service;
    return str_eq(name, STR("version")) ? &out->version : NULL;
}

static struct err *read_member(struct ctx *c, struct json_reader *r, struct registry_instance *out)
{
    struct str *text = text_named(out, r->name);

    if (text)
        (void)json_reader_text(r, text);
    else if (str_eq(r->name, STR("endpoints")))
        return read_endpoints(c, r, out);
    else
        json_reader_skip(r);
    return NULL;
}

struct err *kratos_json_read(struct ctx *c, struct str text, struct registry_instance *out)
{
    struct json_reader r = {.arena = c->arena, .pos = text.ptr, .end = text.ptr + text.len};
    struct registry_instance read = {.tls = out->tls};

    if (text.len > KRATOS_JSON_MAX)
        return err_new(c, ERR_INVALID, "longer than %d bytes", KRATOS_JSON_MAX);
    if (json_reader_enter(&r, '{'))
        while (json_reader_next(&r))
            TRY(read_member(c, &r, &read));
    if (!json_reader_done(&r))
        return err_new(c, ERR_INVALID, "not the JSON of an instance");
    *out = read;
    return NULL;
}
