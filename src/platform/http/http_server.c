/* The server: libmicrohttpd's daemon, its listening socket and its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "http_server.h"

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "exchange.h"

enum { BACKLOG = 4096, DRAIN_LOOK_MS = 10, SPARE_CONNECTIONS = 64 };

struct http_server {
    struct http_options options;
    struct proxies proxies;
    char *spool_dir;
    struct exchanges exchanges;
    struct connections *connections;
    struct MHD_Daemon *daemon;
    int socket;
};

/* ---- what the library calls ---- */

static struct connection *connection_of(struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

/* One that may not stay is closed at once; the library's own limits would leave it waiting. */
static enum MHD_Result on_arrival(void *self, const struct sockaddr *address, socklen_t len)
{
    struct http_server *s = self;

    (void)len;
    return connections_admit(s->connections, address) ? MHD_YES : MHD_NO;
}

static void on_connection(void *self, struct MHD_Connection *conn, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = self;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        connections_remove(s->connections, *context);
        return;
    }
    int fd = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

    *context = connections_add(
        s->connections, fd,
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
}

static void *on_target(void *self, const char *target, struct MHD_Connection *conn)
{
    struct http_server *s = self;

    return exchange_begin(&s->exchanges, connection_of(conn), target);
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static enum MHD_Result on_request(void *self, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state)
{
    struct str piece = {data, *data_len};

    (void)self, (void)url;
    enum MHD_Result result = exchange_handle(*state, conn, method, version, &piece);

    *data_len = piece.len;
    return result;
}

static void on_completed(void *self, struct MHD_Connection *conn, void **state,
                         enum MHD_RequestTerminationCode why)
{
    (void)self, (void)conn;
    if (*state)
        exchange_end(*state, why == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    *state = NULL;
}

/* What the library has to say is about single clients; the counters tell it. */
static void be_quiet(void *self, const char *format, va_list args)
{
    (void)self, (void)format, (void)args;
}

/*
 * libmicrohttpd 0.9.75 asks for 128 events. If it gets all of them it asks again before it looks at
 * one, and waits for more with no end: 128 requests in one moment and no other client, and all of
 * them hang. So it never gets all that it asks for. A program's own function is found before the C
 * library's (ld.so(8)); nobody else here waits by epoll.
 */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): reserved there */
int epoll_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
    return epoll_pwait(epoll, events, max > 1 ? max - 1 : max, timeout, NULL);
}

/* ---- start ---- */

static struct err *listen_on(struct ctx *c, const struct addrinfo *at, int *out)
{
    int one = 1, zero = 0;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return err_new(c, ERR_UNAVAILABLE, "%s", strerror(errno));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (at->ai_family == AF_INET6) /* "[::]" takes v4 clients too */
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
    if (bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        struct err *e = err_new(c, ERR_UNAVAILABLE, "%s", strerror(errno));

        close(fd);
        return e;
    }
    *out = fd;
    return NULL;
}

/* "127.0.0.1:8080" or "[::1]:8080". */
static bool split_address(struct str listen, struct str *host, struct str *port)
{
    const char *colon = listen.len ? memrchr(listen.ptr, ':', listen.len) : NULL;

    if (!colon)
        return false;
    *host = (struct str){listen.ptr, (size_t)(colon - listen.ptr)};
    *port = str_from(listen, host->len + 1);
    if (host->len >= 2 && host->ptr[0] == '[' && host->ptr[host->len - 1] == ']')
        *host = (struct str){host->ptr + 1, host->len - 2};
    return port->len > 0;
}

static struct err *open_socket(struct ctx *c, struct str listen, int *out)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    struct str host, port;

    if (!split_address(listen, &host, &port) ||
        getaddrinfo(host.len ? arena_copy(c->arena, host).ptr : NULL,
                    arena_copy(c->arena, port).ptr, &hints, &found) != 0)
        return err_new(c, ERR_INVALID, "listen on \"" STR_FMT "\": want ADDRESS:PORT",
                       STR_ARG(listen));
    struct err *e = listen_on(c, found, out);

    freeaddrinfo(found);
    return e ? err_wrap(c, e, "listen on " STR_FMT, STR_ARG(listen)) : NULL;
}

/* What a crash left behind belongs to nobody. */
static struct err *empty_spool(struct ctx *c, const char *path)
{
    DIR *dir;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return err_new(c, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
    dir = opendir(path);
    if (!dir)
        return err_new(c, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (strncmp(entry->d_name, "upload-", sizeof("upload-") - 1) == 0)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return NULL;
}

/* The library divides it among its threads; ours counts, so that theirs is never reached. */
static size_t connections_limit(const struct http_options *o)
{
    return (o->connections_max + SPARE_CONNECTIONS) * (o->threads ? o->threads : 1);
}

static struct MHD_Daemon *start_daemon(struct http_server *s)
{
    const struct http_options *o = &s->options;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)be_quiet, NULL},
        {MHD_OPTION_LISTEN_SOCKET, s->socket, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)(o->idle_timeout_ms / CLOCK_MS_PER_S + 1), NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections_limit(o), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_CONNECTION_MEMORY, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, s},
        {o->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)o->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

    return MHD_start_daemon(flags, 0, on_arrival, s, on_request, s, MHD_OPTION_ARRAY, options,
                            MHD_OPTION_END);
}

static struct connections *create_connections(const struct http_server *s)
{
    const struct http_options *o = &s->options;

    return connections_create(&(struct connection_limits){
        .max = o->connections_max,
        .per_address = o->connections_per_address,
        .proxies = &s->proxies,
        .idle_ms = o->idle_timeout_ms,
        .header_ms = o->header_timeout_ms,
        .body_window_ms = o->body_window_ms,
        .body_min_rate = o->body_min_rate,
        .reply_window_ms = o->reply_window_ms,
        .reply_min_rate = o->reply_min_rate,
    });
}

struct err *http_server_open(struct ctx *c, const struct http_options *options,
                             const struct http_app *app, struct http_server **out)
{
    struct http_server *s = calloc(1, sizeof(*s));
    struct err *e;

    if (!s)
        abort();
    s->socket = -1;
    s->options = *options;
    s->spool_dir = strndup(options->spool_dir.ptr, options->spool_dir.len);
    if (!s->spool_dir || pthread_mutex_init(&s->exchanges.lock, NULL) != 0)
        abort();
    s->options.spool_dir = str_of(s->spool_dir);
    s->exchanges.app = app;
    s->exchanges.options = &s->options;
    s->exchanges.proxies = &s->proxies;
    s->exchanges.uploads = upload_places_create(options->uploads_max);
    http_server_set_upload_max(s, options->upload_max_bytes);
    s->connections = create_connections(s);
    s->proxies.header = options->proxy_header;
    if ((e = proxies_parse(c, options->trusted_proxies, &s->proxies)) != NULL) {
        e = err_wrap(c, e, "trusted proxies");
        goto fail;
    }
    if (options->spool_dir.len && (e = empty_spool(c, s->spool_dir)) != NULL)
        goto fail;
    if ((e = open_socket(c, options->listen, &s->socket)) != NULL)
        goto fail;
    s->daemon = start_daemon(s);
    if (!s->daemon) {
        e = err_new(c, ERR_UNAVAILABLE, "the HTTP server did not start");
        goto fail;
    }
    *out = s;
    return NULL;

fail:
    http_server_close(s);
    return e;
}

struct str http_server_address(struct http_server *s, struct ctx *c)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof(at);
    char host[NI_MAXHOST], port[NI_MAXSERV];

    if (getsockname(s->socket, (struct sockaddr *)&at, &len) != 0 ||
        getnameinfo((struct sockaddr *)&at, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return STR("?");
    return at.ss_family == AF_INET6 ? arena_str(c->arena, "[%s]:%s", host, port)
                                    : arena_str(c->arena, "%s:%s", host, port);
}

void http_server_set_upload_max(struct http_server *s, int64_t bytes)
{
    atomic_store(&s->exchanges.upload_max_bytes, bytes);
}

/* ---- end ---- */

/* Until nothing is under way; false when `until_ns` comes first (0: it never does). */
static bool wait_for_all(struct http_server *s, int64_t until_ns)
{
    struct timespec pause = {0, (long)DRAIN_LOOK_MS * CLOCK_NS_PER_MS};

    while (atomic_load(&s->exchanges.under_way) > 0) {
        if (until_ns && clock_monotonic_ns() > until_ns)
            return false;
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

bool http_server_drain(struct http_server *s, int64_t drain_ms)
{
    if (!s || !s->daemon)
        return true;
    (void)MHD_quiesce_daemon(s->daemon);
    (void)shutdown(s->socket, SHUT_RDWR); /* not closed: the library's threads may still name it */
    atomic_store(&s->exchanges.draining, true);
    return wait_for_all(s, clock_monotonic_ns() + drain_ms * CLOCK_NS_PER_MS);
}

/* The library aborts when it ends while a handler runs elsewhere; each has its own deadline. */
static void stop_daemon(struct http_server *s)
{
    (void)http_server_drain(s, 0);
    connections_cut_all(s->connections);
    (void)wait_for_all(s, 0);
    MHD_stop_daemon(s->daemon);
}

void http_server_close(struct http_server *s)
{
    if (!s)
        return;
    if (s->daemon)
        stop_daemon(s);
    if (s->socket >= 0)
        close(s->socket);
    connections_destroy(s->connections);
    exchanges_fini(&s->exchanges);
    upload_places_destroy(s->exchanges.uploads);
    pthread_mutex_destroy(&s->exchanges.lock);
    free(s->spool_dir);
    free(s);
}

struct http_stats http_server_stats(struct http_server *s)
{
    return (struct http_stats){
        .connections = connections_count(s->connections),
        .requests = atomic_load(&s->exchanges.under_way),
        .uploads = upload_places_taken(s->exchanges.uploads),
        .refused_busy = atomic_load(&s->exchanges.refused_busy),
        .refused_framing = atomic_load(&s->exchanges.refused_framing),
        .refused_connections = connections_refused(s->connections),
        .timed_out = connections_cut(s->connections),
    };
}
