/* HOST:PORT: the last colon divides it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "host_port.h"

enum { PORT_MAX = 65535 };

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_host(struct str host, const char *besides)
{
    for (size_t i = 0; i < host.len; i++)
        if (!is_alphanumeric(host.ptr[i]) && (!host.ptr[i] || !strchr(besides, host.ptr[i])))
            return false;
    return host.len > 0;
}

static bool is_bracketed(struct str host)
{
    return host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
}

static bool is_port(struct str port)
{
    int64_t number;

    return port.len > 0 && is_alphanumeric(port.ptr[0]) && str_to_i64(port, &number) &&
           number >= 1 && number <= PORT_MAX;
}

bool host_port_valid(struct str s)
{
    const char *colon = s.len ? memrchr(s.ptr, ':', s.len) : NULL;

    if (!colon || s.len > HOST_PORT_MAX)
        return false;
    struct str host = {s.ptr, (size_t)(colon - s.ptr)};

    if (!is_port(str_from(s, host.len + 1)))
        return false;
    if (is_bracketed(host))
        return is_host((struct str){host.ptr + 1, host.len - 2}, ":.%");
    return is_host(host, "-._");
}
