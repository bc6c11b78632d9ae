/* One request and its reply, from the request line to the last byte sent. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "connections.h"
#include "http_server.h"
#include "mhd_guard.h"
#include "request_body.h"
#include "upload_places.h"

/* What the exchanges of one server share. */
struct exchanges {
    const struct http_app *app;         /* borrowed */
    const struct http_options *options; /* borrowed */
    const struct proxies *proxies;      /* borrowed */
    struct upload_places *uploads;
    _Atomic size_t under_way;
    _Atomic int64_t upload_max_bytes;
    atomic_bool draining; /* the server ends: every connection closes after its reply */
    _Atomic uint64_t refused_busy, refused_framing;
    pthread_mutex_t lock; /* of the spare ones */
    struct exchange *spare;
    size_t spare_count;
};

struct exchange;

/*
 * The life of a request, in the order in which the library calls: begin (the request line is here),
 * handle (the headers are here; then each piece of the body; then its end; then, if the handler ran
 * elsewhere, the answer), end. All on the socket's thread.
 */
struct exchange *exchange_begin(struct exchanges *all, struct connection *connection,
                                const char *target);
enum MHD_Result exchange_handle(struct exchange *x, struct MHD_Connection *conn, const char *method,
                                const char *version, struct str *data);
void exchange_end(struct exchange *x, bool completed);

/* Frees the spare ones: nothing is under way any more. */
void exchanges_fini(struct exchanges *all);

#endif
