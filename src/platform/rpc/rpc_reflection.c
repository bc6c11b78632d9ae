/* Reflection: answers from the descriptors that apigen embedded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_reflection.h"

#include <stdlib.h>

#include "reflection_api.h"
#include "rpc_server.h"

/* The same messages under two names. */
extern const struct proto_file grpc_reflection_v1alpha_reflection_file;

/* A set of files, in the order they were found in. */
struct files {
    const struct proto_file *at[RPC_REFLECTION_FILES_MAX];
    size_t count;
};

struct rpc_reflection {
    struct rpc_service doors[2];
    const char *services[RPC_REFLECTION_SERVICES_MAX];
    size_t service_count;
    struct files files;
};

/* ---- looking things up ---- */

static bool has_symbol(const struct proto_file *file, struct str name)
{
    for (const char *const *s = file->symbols; *s; s++)
        if (str_eq(str_of(*s), name))
            return true;
    return false;
}

static const struct proto_file *by_symbol(const struct rpc_reflection *r, struct str name)
{
    for (size_t i = 0; i < r->files.count; i++)
        if (has_symbol(r->files.at[i], name))
            return r->files.at[i];
    return NULL;
}

static const struct proto_file *by_name(const struct rpc_reflection *r, struct str name)
{
    for (size_t i = 0; i < r->files.count; i++)
        if (str_eq(str_of(r->files.at[i]->name), name))
            return r->files.at[i];
    return NULL;
}

static const struct proto_file *by_extension(const struct rpc_reflection *r, struct str type,
                                             int32_t number)
{
    for (size_t i = 0; i < r->files.count; i++)
        for (const struct proto_extension *x = r->files.at[i]->extensions; x && x->extends; x++)
            if (str_eq(str_of(x->extends), type) && x->number == number)
                return r->files.at[i];
    return NULL;
}

static bool includes(const struct files *set, const struct proto_file *file)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->at[i] == file)
            return true;
    return false;
}

/* A file and all it imports, from the nearest to the farthest; each once. */
static void gather(struct files *set, const struct proto_file *file)
{
    size_t next = set->count;

    if (includes(set, file))
        return;
    for (set->at[set->count++] = file; next < set->count; next++)
        for (const struct proto_file *const *i = set->at[next]->imports; *i; i++) {
            if (includes(set, *i))
                continue;
            if (set->count == RPC_REFLECTION_FILES_MAX)
                abort();
            set->at[set->count++] = *i;
        }
}

/* ---- answers ---- */

static void answer_error(struct ctx *c, enum err_code code, struct str text,
                         struct server_reflection_response *resp)
{
    resp->error_response = arena_new(c->arena, struct error_response);
    *resp->error_response = (struct error_response){(int32_t)code, text};
}

static void answer_file(struct ctx *c, const struct proto_file *file, struct str what,
                        struct server_reflection_response *resp)
{
    struct files set = {0};

    if (!file) {
        answer_error(c, ERR_NOT_FOUND, arena_str(c->arena, "not found: " STR_FMT, STR_ARG(what)),
                     resp);
        return;
    }
    gather(&set, file);
    struct str *bytes = arena_array(c->arena, struct str, set.count);

    for (size_t i = 0; i < set.count; i++)
        bytes[i] = set.at[i]->descriptor;
    resp->file_descriptor_response = arena_new(c->arena, struct file_descriptor_response);
    resp->file_descriptor_response->file_descriptor_proto = (struct str_list){bytes, set.count};
}

static size_t extensions_of(const struct rpc_reflection *r, struct str type, int32_t *numbers)
{
    size_t n = 0;

    for (size_t i = 0; i < r->files.count; i++)
        for (const struct proto_extension *x = r->files.at[i]->extensions; x && x->extends; x++)
            if (str_eq(str_of(x->extends), type)) {
                if (numbers)
                    numbers[n] = x->number;
                n++;
            }
    return n;
}

static void answer_extensions(const struct rpc_reflection *r, struct ctx *c, struct str type,
                              struct server_reflection_response *resp)
{
    if (!by_symbol(r, type)) {
        answer_file(c, NULL, type, resp);
        return;
    }
    size_t count = extensions_of(r, type, NULL);
    int32_t *numbers = arena_array(c->arena, int32_t, count);

    (void)extensions_of(r, type, numbers);
    resp->all_extension_numbers_response = arena_new(c->arena, struct extension_number_response);
    *resp->all_extension_numbers_response =
        (struct extension_number_response){type, {numbers, count}};
}

static void answer_services(const struct rpc_reflection *r, struct ctx *c,
                            struct server_reflection_response *resp)
{
    struct service_response *list =
        arena_array(c->arena, struct service_response, r->service_count);

    for (size_t i = 0; i < r->service_count; i++)
        list[i].name = str_of(r->services[i]);
    resp->list_services_response = arena_new(c->arena, struct list_service_response);
    resp->list_services_response->service = (struct service_response_list){list, r->service_count};
}

static void answer(const struct rpc_reflection *r, struct ctx *c,
                   const struct server_reflection_request *req,
                   struct server_reflection_response *resp)
{
    const struct extension_request *x = req->file_containing_extension;

    if (req->has_list_services)
        answer_services(r, c, resp);
    else if (req->has_file_by_filename)
        answer_file(c, by_name(r, req->file_by_filename), req->file_by_filename, resp);
    else if (req->has_file_containing_symbol)
        answer_file(c, by_symbol(r, req->file_containing_symbol), req->file_containing_symbol,
                    resp);
    else if (x)
        answer_file(c, by_extension(r, x->containing_type, x->extension_number), x->containing_type,
                    resp);
    else if (req->has_all_extension_numbers_of_type)
        answer_extensions(r, c, req->all_extension_numbers_of_type, resp);
    else
        answer_error(c, ERR_INVALID, STR("nothing was asked"), resp);
}

static struct err *asked(void *self, struct ctx *c, struct rpc_server_call *call, struct str bytes)
{
    struct server_reflection_request req = {0};

    TRY(codec_decode(c, &server_reflection_request_type, bytes, &req));
    struct server_reflection_response resp = {.valid_host = req.host, .original_request = &req};

    answer(self, c, &req, &resp);
    (void)rpc_server_stream_send(call, codec_encode(c, &server_reflection_response_type, &resp));
    return NULL;
}

/* ---- life ---- */

void rpc_reflection_add(struct rpc_reflection *r, const char *service,
                        const struct proto_file *file)
{
    if (r->service_count == RPC_REFLECTION_SERVICES_MAX)
        abort();
    r->services[r->service_count++] = service;
    gather(&r->files, file);
}

struct rpc_reflection *rpc_reflection_create(struct rpc_server *server)
{
    static const char *const names[] = {"grpc.reflection.v1.ServerReflection",
                                        "grpc.reflection.v1alpha.ServerReflection"};
    static const char *const methods[] = {"ServerReflectionInfo"};
    static const struct rpc_stream_handler streams[] = {{.message = asked}};
    struct rpc_reflection *r = calloc(1, sizeof(*r));

    if (!r)
        abort();
    for (size_t i = 0; i < COUNT(names); i++) {
        r->doors[i] = (struct rpc_service){
            .name = names[i], .methods = methods, .count = 1, .streams = streams, .self = r};
        rpc_server_add(server, &r->doors[i]);
    }
    rpc_reflection_add(r, names[0], &grpc_reflection_v1_reflection_file);
    rpc_reflection_add(r, names[1], &grpc_reflection_v1alpha_reflection_file);
    return r;
}

void rpc_reflection_destroy(struct rpc_reflection *r)
{
    free(r);
}
