/* Reverse proxies: X-Forwarded-For and Forwarded (RFC 7239), read from the end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "proxies.h"

const char *const proxies_header_names[] = {
    [PROXIES_X_FORWARDED] = "x-forwarded-for", [PROXIES_FORWARDED] = "forwarded", NULL};

/* The last hops of a list, nearest last: a ring, because the list may be long. */
struct hops {
    struct str at[PROXIES_HOPS_MAX];
    size_t count;
};

struct err *proxies_parse(struct ctx *c, struct str list, struct proxies *out)
{
    struct proxies p = {.header = out->header};

    while (list.len) {
        struct str one = str_trim(str_cut(&list, ','));

        if (p.count == PROXIES_MAX)
            return err_new(c, ERR_INVALID, "more than %d trusted proxies", PROXIES_MAX);
        if (!address_range_parse(one, &p.at[p.count++]))
            return err_new(c, ERR_INVALID,
                           "\"" STR_FMT "\" is not an address or a range such as 10.0.0.0/8",
                           STR_ARG(one));
    }
    *out = p;
    return NULL;
}

bool proxies_trust(const struct proxies *p, const struct address *a)
{
    for (size_t i = 0; i < p->count; i++)
        if (address_range_has(&p->at[i], a))
            return true;
    return false;
}

/* Up to `end`, which does not count inside quotes. */
static struct str cut_quoted(struct str *rest, char end)
{
    bool quoted = false;
    size_t i = 0;

    for (; i < rest->len && (quoted || rest->ptr[i] != end); i++) {
        if (rest->ptr[i] == '"')
            quoted = !quoted;
        else if (quoted && rest->ptr[i] == '\\')
            i += i + 1 < rest->len;
    }
    struct str head = {rest->ptr, i};

    *rest = str_from(*rest, i + 1);
    return head;
}

/* X-Forwarded-For knows no quotes: one that a client sent must not hide what the proxy added. */
static void split(const struct proxies *p, struct str list, struct hops *out)
{
    while (list.len) {
        struct str hop =
            p->header == PROXIES_FORWARDED ? cut_quoted(&list, ',') : str_cut(&list, ',');

        out->at[out->count++ % PROXIES_HOPS_MAX] = str_trim(hop);
    }
}

static struct str unquoted(struct str value)
{
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
        return (struct str){value.ptr + 1, value.len - 2};
    return value;
}

/* The value of one parameter of a Forwarded element: "for=1.2.3.4;proto=https". */
static struct str parameter(struct str element, struct str name)
{
    while (element.len) {
        struct str value = str_trim(cut_quoted(&element, ';')), key = str_cut(&value, '=');

        if (str_eq_nocase(key, name))
            return unquoted(value);
    }
    return (struct str){0};
}

static bool is_port(struct str text)
{
    int64_t port;

    return str_to_i64(text, &port) && text.ptr[0] != '-' && port <= UINT16_MAX;
}

/* "1.2.3.4", "1.2.3.4:5", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:5". */
static bool parse_node(struct str node, struct address *out)
{
    struct str port = node, host = str_cut(&port, ':');

    if (address_parse(node, out))
        return true;
    if (!str_starts(node, STR("[")))
        return host.len < node.len && is_port(port) && address_parse(host, out);
    port = str_from(node, 1);
    host = str_cut(&port, ']');
    if (host.len + 2 > node.len || !memchr(host.ptr, ':', host.len))
        return false;
    return (!port.len || (port.ptr[0] == ':' && is_port(str_from(port, 1)))) &&
           address_parse(host, out);
}

static bool parse_hop(const struct proxies *p, struct str hop, struct address *out)
{
    return parse_node(p->header == PROXIES_FORWARDED ? parameter(hop, STR("for")) : hop, out);
}

/* What the nearest proxy wrote, if it wrote several. */
static bool says_https(struct str list)
{
    struct str last = list;

    while (list.len)
        last = str_cut(&list, ',');
    return str_eq_nocase(str_trim(last), STR("https"));
}

void proxies_resolve(const struct proxies *p, const struct address *peer,
                     const struct proxies_said *said, struct proxies_client *out)
{
    struct hops hops = {.count = 0};
    struct proxies_client client = {.address = *peer};
    struct address next;

    split(p, said->addresses, &hops);
    size_t first = hops.count > PROXIES_HOPS_MAX ? hops.count - PROXIES_HOPS_MAX : 0;

    client.https = p->header == PROXIES_X_FORWARDED && says_https(said->scheme);
    for (size_t i = hops.count; i > first && proxies_trust(p, &client.address); i--) {
        struct str hop = hops.at[(i - 1) % PROXIES_HOPS_MAX];

        if (!parse_hop(p, hop, &next))
            break;
        client.address = next;
        if (p->header == PROXIES_FORWARDED)
            client.https = says_https(parameter(hop, STR("proto")));
    }
    *out = client;
}
