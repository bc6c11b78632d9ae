/* The gateway: the public HTTP API in front of the services. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include "http.h"
#include "near.h"
#include "rate_limits.h"

struct blob;
struct log;
struct metrics;
struct tokens;

/* What an upload may use; media.md, sections 2 and 3. */
struct gateway_media {
    const char *worker;     /* path of the program */
    int inspect_ms;         /* wall-clock limit of looking at an upload */
    int64_t copy_max_bytes; /* larger uploads get their playable copy later, from the transcoder */
    int64_t disk_reserve;   /* uploads are refused when fewer bytes are free */
    int64_t lifetime_ms;    /* of one that comes in pieces */
};

/* Streams of events: settings of the same names. */
struct gateway_events {
    int64_t ping_ms, interval_ms, age_ms;
    size_t streams, per_account;
};

struct gateway_options {
    struct str public_url; /* "https://example.org": "" takes it from each request's Host */
    struct str web_dir;    /* the client's files, before those inside the program; "": none */
    struct str token_secret;
    int64_t token_ttl_s;
    int64_t undo_ms;                             /* of an account that is closed */
    int64_t export_lifetime_ms, export_pause_ms; /* of a copy, and between two */
    int64_t zone_offset_min;                     /* of dates that people read */
    int bcrypt_cost;
    size_t near_bytes; /* of what is remembered of rows; 0: services are elsewhere, so nothing is:
                        * no commit of theirs is heard of here */
    int64_t upload_max_bytes; /* of one upload; gateway_set_upload_max() */
    struct rate_limits_options limits;
    struct gateway_media media;
    struct gateway_events events;
};

struct gateway_deps {
    struct services services;
    struct changes *changes;
    struct blob *blob;
    struct metrics *metrics;
    struct log *log;
};

/*
 * Borrows what deps name. Created and destroyed by app; its handlers run on the server's and the
 * executors' threads.
 */
struct gateway;

MUST_USE struct err *gateway_create(struct ctx *c, const struct gateway_options *options,
                                    const struct gateway_deps *deps, struct gateway **out);
void gateway_destroy(struct gateway *g); /* NULL is fine; the server has been closed */

/* Before serving: clears away what a crash has left of requests. */
MUST_USE struct err *gateway_recover(struct gateway *g, struct ctx *c);

/* Streams of events end: they would keep the server from ending. NULL is fine. */
void gateway_drain(struct gateway *g);

/* Uploads that are being looked at end early, with a failure. Any thread; NULL is fine. */
void gateway_stop(struct gateway *g);

/* Other rates from now on. Any thread. */
void gateway_change_limits(struct gateway *g, const struct rate_limits_options *limits);

/* The largest upload from now on: clients are told, and those in pieces are held to it. Any thread.
 */
void gateway_set_upload_max(struct gateway *g, int64_t bytes);

/* What the HTTP server serves; lives as long as the gateway. */
const struct http_app *gateway_app(struct gateway *g);

/* For sql_on_batch(): a batch of writes was committed. */
void gateway_batch_committed(void *gateway);

/* For sql_on_foreign_write(): nothing that is remembered of rows can be relied on. */
void gateway_forget(struct gateway *g);

#endif
