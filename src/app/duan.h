/* The running product: every part of it, in the order in which they were made. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DUAN_H
#define DUAN_H

#include "err.h"
#include "http_server.h"
#include "roles.h"
#include "storage.h"

struct config;
struct folder_lock;
struct gateway;
struct log;
struct metrics;
struct pool;
struct transcoder;

/* Owned by the command that started it; its parts guard themselves. */
struct duan {
    struct config *config; /* borrowed */
    struct log *log;       /* borrowed */
    struct metrics *metrics;
    struct roles roles;
    char *worker;             /* path of duan-media */
    struct folder_lock *lock; /* one server at a time in a data folder */
    struct storage storage;   /* of a process that is everything */
    struct services services; /* here or elsewhere; like the next two borrowed from their owner */
    struct changes *changes;
    struct blob *blob;
    struct pool *workers, *hashers;
    struct gateway *gateway;
    struct transcoder *transcoder;
    struct http_server *http;
};

/* Builds everything, and serves. On failure nothing is left running. */
MUST_USE struct err *duan_start(struct duan *d, struct ctx *c, struct config *config,
                                struct log *log);

/* Answers what is under way, then takes everything down. True: nothing was cut off. */
bool duan_stop(struct duan *d);

/* Registers what the parts count. */
void duan_measure(struct duan *d);

#endif
