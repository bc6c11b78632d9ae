/* Writing the OpenAPI document: every described row of the route table becomes an operation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "openapi.h"

#include "api_texts.h"
#include "gateway_parts.h"
#include "route_docs.h"

/* Small letters, in the order of enum http_method. */
static const char *const method_names[HTTP_METHODS] = {"get", "post", "put", "patch", "delete"};

/* One word of a short form. */
struct field {
    struct str name, type;
    bool optional, list;
};

static bool next_field(struct str *rest, struct field *out)
{
    struct str word = {0};

    while (!word.len && rest->len)
        word = str_cut(rest, ' ');
    if (!word.len)
        return false;
    struct str type = word, name = str_cut(&type, ':');

    *out = (struct field){.name = name, .type = type};
    if ((out->optional = str_ends(name, STR("?"))))
        out->name.len--;
    if ((out->list = str_starts(type, STR("["))))
        out->type = (struct str){type.ptr + 1, type.len - 2};
    return true;
}

/* A comma before every element but the first. */
static void separate(struct json *j, bool *first)
{
    if (!*first)
        json_lit(j, ",");
    *first = false;
}

static void write_schema(struct json *j, const struct field *f)
{
    if (f->list)
        json_lit(j, "{\"type\":\"array\",\"items\":");
    json_lit(j, "{\"$ref\":\"#/components/schemas/");
    json_raw(j, f->type);
    json_raw(j, f->list ? STR("\"}}") : STR("\"}"));
}

static void write_required(struct json *j, struct str fields, bool *first)
{
    struct field f;

    while (next_field(&fields, &f)) {
        if (f.optional)
            continue;
        separate(j, first);
        json_text(j, f.name);
    }
}

static void write_properties(struct json *j, struct str fields, bool *first)
{
    struct field f;

    while (next_field(&fields, &f)) {
        separate(j, first);
        json_text(j, f.name);
        json_lit(j, ":");
        write_schema(j, &f);
    }
}

/* An object of two lists of fields. */
static void write_object(struct json *j, struct str one, struct str two)
{
    bool first = true;

    json_lit(j, "{\"type\":\"object\",\"required\":[");
    write_required(j, one, &first);
    write_required(j, two, &first);
    json_lit(j, "],\"properties\":{");
    first = true;
    write_properties(j, one, &first);
    write_properties(j, two, &first);
    json_lit(j, "}}");
}

/* ---- what an operation takes ---- */

static void write_parameters(struct json *j, struct str fields, struct str in, bool *first)
{
    struct field f;

    while (next_field(&fields, &f)) {
        separate(j, first);
        json_lit(j, "{\"name\":");
        json_text(j, f.name);
        json_lit(j, ",\"in\":");
        json_text(j, in);
        json_lit(j, ",\"required\":");
        json_bool(j, !f.optional);
        json_lit(j, ",\"schema\":");
        write_schema(j, &f);
        json_lit(j, "}");
    }
}

static void write_media(struct json *j, const char *type, const struct route_doc *doc,
                        struct str file)
{
    json_text(j, str_of(type));
    json_lit(j, ":{\"schema\":");
    if (doc->body || file.len)
        write_object(j, str_of(doc->body), file);
    else
        json_lit(j, "{\"$ref\":\"#/components/schemas/File\"}");
    json_lit(j, "}");
}

/* A JSON object is what a form is. */
static void write_form(struct json *j, const struct route_doc *doc)
{
    write_media(j, "application/x-www-form-urlencoded", doc, (struct str){0});
    json_lit(j, ",");
    write_media(j, "application/json", doc, (struct str){0});
}

static void write_body(struct json *j, struct ctx *c, const struct http_route *route,
                       const struct route_doc *doc)
{
    struct str file = {0};

    if (!doc->body && !doc->body_type && !route->upload)
        return;
    if (route->upload && !http_route_whole(route))
        file = arena_str(c->arena, "%s:File", route->upload);
    json_lit(j, ",\"requestBody\":{\"required\":true,\"content\":{");
    if (doc->body_type)
        write_media(j, doc->body_type, doc, file);
    else if (route->upload)
        write_media(j, "multipart/form-data", doc, file);
    else
        write_form(j, doc);
    json_lit(j, "}}");
}

/* Who may call it; the names are those of components/securitySchemes. */
static void write_security(struct json *j, const struct http_route *route)
{
    int access = route->access & ACCESS_MASK;

    json_lit(j, ",\"security\":[");
    if (access == ACCESS_LENIENT || access == ACCESS_OPTIONAL)
        json_lit(j, "{},");
    if (access != ACCESS_PUBLIC)
        json_lit(j, "{\"token\":[]},{\"bearer\":[]},{\"cookie\":[]}");
    json_lit(j, "]");
}

/* ---- what it gives ---- */

static void write_content(struct json *j, const struct route_doc *doc)
{
    json_lit(j, ",\"content\":{");
    if (doc->reply_type) {
        json_text(j, str_of(doc->reply_type));
        json_lit(j, ":{},\"application/json\":{\"schema\":"
                    "{\"$ref\":\"#/components/schemas/Failure\"}}}");
        return;
    }
    json_lit(j, "\"application/json\":{\"schema\":{\"oneOf\":[");
    write_object(j, STR("status_code:Success status_msg:Text"), str_of(doc->reply));
    json_lit(j, ",{\"$ref\":\"#/components/schemas/Failure\"}]}}}");
}

/* What is wrong with what was asked comes as 200 too; the others are HTTP's own. */
static void write_responses(struct json *j, const struct route_doc *doc)
{
    struct str status = doc->status ? str_of(doc->status) : STR("200");

    json_lit(j, ",\"responses\":{\"");
    json_raw(j, status);
    json_lit(j, "\":{\"description\":\"Done, or refused\"");
    if (!doc->status || doc->reply || doc->reply_type)
        write_content(j, doc);
    json_lit(j, "}");
    if (doc->status)
        json_lit(j, ",\"200\":{\"$ref\":\"#/components/responses/Failure\"}");
    json_lit(j, ",\"429\":{\"$ref\":\"#/components/responses/TooOften\"}"
                ",\"503\":{\"$ref\":\"#/components/responses/Busy\"}"
                ",\"default\":{\"$ref\":\"#/components/responses/Failure\"}}");
}

/* ---- paths ---- */

/* The path as OpenAPI has it: names in the place of stars; below /api without the last slash. */
static struct str path_of(struct ctx *c, const struct http_route *route,
                          const struct route_doc *doc)
{
    struct str rest = route->path, names = str_of(doc->at);
    struct json path = {.arena = c->arena};
    struct field f;

    if (str_starts(rest, STR("/api/")) && str_ends(rest, STR("/")))
        rest.len--;
    while (memchr(rest.ptr, '*', rest.len) && next_field(&names, &f)) {
        json_raw(&path, str_cut(&rest, '*'));
        json_lit(&path, "{");
        json_raw(&path, f.name);
        json_lit(&path, "}");
        if (!rest.len)
            break;
    }
    json_raw(&path, rest);
    return json_str(&path);
}

/* "get_api_v1_users_id_videos" */
static void write_operation_id(struct json *j, const struct http_route *route, struct str path)
{
    bool gap = true;

    json_lit(j, "\"operationId\":\"");
    json_raw(j, str_of(method_names[route->method]));
    for (size_t i = 0; i < path.len; i++) {
        char b = path.ptr[i];
        bool plain = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '_';

        if (plain && gap)
            json_lit(j, "_");
        if (plain)
            json_raw(j, (struct str){&path.ptr[i], 1});
        gap = !plain;
    }
    json_lit(j, "\"");
}

/* "/douyin/user", "/api/v1/users": routes with the same beginning stand together. */
static struct str tag_of(struct str path)
{
    int slashes = str_starts(path, STR("/api/")) ? 4 : 3;

    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '/' && --slashes == 0)
            return (struct str){path.ptr, i};
    return path;
}

static void write_operation(struct json *j, struct ctx *c, const struct http_route *route,
                            const struct route_doc *doc)
{
    struct str path = path_of(c, route, doc);
    bool first = true;

    json_text(j, str_of(method_names[route->method]));
    json_lit(j, ":{");
    write_operation_id(j, route, path);
    json_lit(j, ",\"summary\":");
    json_text(j, str_of(doc->summary));
    json_lit(j, ",\"tags\":[");
    json_text(j, tag_of(path));
    json_lit(j, "],\"parameters\":[");
    write_parameters(j, str_of(doc->at), STR("path"), &first);
    write_parameters(j, str_of(doc->query), STR("query"), &first);
    write_parameters(j, str_of(doc->headers), STR("header"), &first);
    json_lit(j, "]");
    write_security(j, route);
    write_body(j, c, route, doc);
    write_responses(j, doc);
    json_lit(j, "}");
}

/* All methods of one path, from the first row that has it. */
static void write_path(struct json *j, struct ctx *c, const struct http_route *routes, size_t count)
{
    bool first = true;

    json_text(j, path_of(c, &routes[0], route_docs_find(&routes[0])));
    json_lit(j, ":{");
    for (size_t i = 0; i < count; i++) {
        const struct route_doc *doc = route_docs_find(&routes[i]);

        if (!doc || !str_eq(routes[i].path, routes[0].path))
            continue;
        separate(j, &first);
        write_operation(j, c, &routes[i], doc);
    }
    json_lit(j, "}");
}

static bool is_first(const struct http_route *routes, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(routes[k].path, routes[i].path) && route_docs_find(&routes[k]))
            return false;
    return true;
}

struct str openapi_write(struct ctx *c, const struct http_route *routes, size_t count)
{
    struct json j = {.arena = c->arena};
    struct str head =
        str_trim((struct str){(const char *)api_texts[0].plain.at, api_texts[0].plain.len});
    bool first = true;

    head.len--; /* its closing brace comes last */
    json_raw(&j, str_trim(head));
    json_lit(&j, ",\"paths\":{");
    for (size_t i = 0; i < count; i++) {
        if (!route_docs_find(&routes[i]) || !is_first(routes, i))
            continue;
        separate(&j, &first);
        write_path(&j, c, &routes[i], count - i);
    }
    json_lit(&j, "}}\n");
    return json_str(&j);
}
