/* The server: sockets, limits, start and end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http.h"
#include "proxies.h"

/* Named limits (docs/decisions/libmicrohttpd.md says how each is held). */
enum {
    HTTP_FORM_MAX = 64 * 1024,   /* bytes of a body that is not an upload */
    HTTP_FILE_MAX = 5 << 20,     /* bytes of a body that is a file by itself: a picture */
    HTTP_PARAMS_MAX = 64,        /* in the query, and again in the body */
    HTTP_TARGET_MAX = 12 * 1024, /* bytes of the request target: some 1,300 Chinese characters */

    HTTP_ASK_BYTES = 4 << 20, /* of an upload: after so many more it is asked whether to go on */
    HTTP_CONNECTION_MEMORY = 16384, /* measured: the library zeroes all of it after each request */
};

struct http_options {
    struct str listen; /* "127.0.0.1:8080", "[::]:8080"; port 0: any free one */
    size_t threads;
    size_t connections_max, connections_per_address;
    size_t uploads_max;       /* at the same time; of one client a part (upload_places.h) */
    int64_t upload_max_bytes; /* of one request */
    struct str spool_dir;     /* for uploads under way; emptied at start. "": no route takes any */
    int64_t header_timeout_ms, idle_timeout_ms, request_timeout_ms;
    int64_t body_window_ms, body_min_rate;   /* in each window, so many bytes per second */
    int64_t reply_window_ms, reply_min_rate; /* the same, of what the client takes */
    struct str trusted_proxies;              /* addresses and ranges; proxies.h */
    enum proxies_header proxy_header;
    /* Borrowed. HTTP_INLINE is NULL where the application answers from what is in this process;
     * otherwise it and all that the application is asked run on executors, never on the socket's
     * thread. */
    struct executor *executors[HTTP_WHERES];
};

struct http_server;

/* Owns its threads; borrows app and executors, which outlive it. */
MUST_USE struct err *http_server_open(struct ctx *c, const struct http_options *options,
                                      const struct http_app *app, struct http_server **out);

/* "127.0.0.1:41233": where it really listens; in the arena of c. */
struct str http_server_address(struct http_server *s, struct ctx *c);

/* Another limit for the uploads that begin from now on. Any thread. */
void http_server_set_upload_max(struct http_server *s, int64_t bytes);

/* Takes no new connections, closes each after its next reply, and waits up to `drain_ms` for
 * requests under way. True: all of them were answered. NULL is fine. */
bool http_server_drain(struct http_server *s, int64_t drain_ms);

/* Cuts off whoever is left, waits for the handlers that still run, then ends. NULL is fine. */
void http_server_close(struct http_server *s);

struct http_stats {
    size_t connections, requests, uploads;
    uint64_t refused_busy, refused_framing, refused_connections, timed_out;
};
struct http_stats http_server_stats(struct http_server *s);

#endif
