/* Sockets for HOST:PORT: resolving, listening, connecting. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "clock.h"

enum { BACKLOG = 512 };

static struct str last_cut(struct str text, struct str *port)
{
    const char *colon = text.len ? memrchr(text.ptr, ':', text.len) : NULL;
    size_t len = colon ? (size_t)(colon - text.ptr) : text.len;

    *port = str_from(text, len + 1);
    return (struct str){text.ptr, len};
}

static struct str without_brackets(struct str host)
{
    if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        return (struct str){host.ptr + 1, host.len - 2};
    return host;
}

struct str rpc_address_host(struct str address)
{
    struct str port;

    return without_brackets(last_cut(address, &port));
}

static void keep(const struct addrinfo *list, struct rpc_addresses *out)
{
    out->count = 0;
    for (; list && out->count < RPC_ADDRESSES_MAX; list = list->ai_next, out->count++) {
        memcpy(&out->at[out->count], list->ai_addr, list->ai_addrlen);
        out->len[out->count] = list->ai_addrlen;
    }
}

struct err *rpc_address_find(struct ctx *c, struct str address, struct rpc_addresses *out)
{
    struct str port, host = without_brackets(last_cut(address, &port));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *list = NULL;

    if (!host.len || !port.len)
        return err_new(c, ERR_INVALID, "\"" STR_FMT "\" is not HOST:PORT", STR_ARG(address));
    int failed =
        getaddrinfo(arena_copy(c->arena, host).ptr, arena_copy(c->arena, port).ptr, &hints, &list);

    if (failed)
        return err_new(c, ERR_UNAVAILABLE, "find " STR_FMT ": %s", STR_ARG(address),
                       gai_strerror(failed));
    keep(list, out);
    freeaddrinfo(list);
    return NULL;
}

static int open_socket(const struct sockaddr_storage *at)
{
    return socket(at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static const struct sockaddr *as_socket(const struct sockaddr_storage *at)
{
    return (const struct sockaddr *)at;
}

struct err *rpc_address_listen(struct ctx *c, const struct rpc_addresses *all, bool shared,
                               int *out)
{
    const int yes = 1;
    int fd = open_socket(&all->at[0]);

    if (fd < 0)
        return err_errno(c, errno, "open a socket: %s", strerror(errno));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (shared)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
    if (bind(fd, as_socket(&all->at[0]), all->len[0]) || listen(fd, BACKLOG)) {
        struct err *e = err_errno(c, errno, "listen: %s", strerror(errno));

        close(fd);
        return e;
    }
    *out = fd;
    return NULL;
}

struct err *rpc_address_connect(struct ctx *c, const struct rpc_addresses *all, size_t i, int *out)
{
    int fd = open_socket(&all->at[i]);

    if (fd < 0)
        return err_errno(c, errno, "open a socket: %s", strerror(errno));
    rpc_address_no_delay(fd);
    if (connect(fd, as_socket(&all->at[i]), all->len[i]) && errno != EINPROGRESS) {
        struct err *e = err_new(c, ERR_UNAVAILABLE, "connect: %s", strerror(errno));

        close(fd);
        return e;
    }
    *out = fd;
    return NULL;
}

struct str rpc_address_of(struct ctx *c, int fd)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof(at);
    char host[NI_MAXHOST], port[NI_MAXSERV];

    if (getsockname(fd, (struct sockaddr *)&at, &len) ||
        getnameinfo(as_socket(&at), len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV))
        return (struct str){0};
    return arena_str(c->arena, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static bool is_loopback(const struct sockaddr_storage *at)
{
    enum { LOOPBACK_NET = 127, NET_SHIFT = 24 };

    if (at->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)at)->sin_addr.s_addr) >> NET_SHIFT ==
               LOOPBACK_NET;
    return at->ss_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)at)->sin6_addr);
}

bool rpc_address_is_loopback(const struct rpc_addresses *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (!is_loopback(&all->at[i]))
            return false;
    return all->count > 0;
}

void rpc_address_no_delay(int fd)
{
    const int yes = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

int64_t rpc_address_let_in_ns(int fd)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);
    bool told = getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0;

    return clock_monotonic_ns() - (told ? info.tcpi_last_data_sent * (int64_t)CLOCK_NS_PER_MS : 0);
}
