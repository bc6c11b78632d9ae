/* The running product: every part of it, in the order in which they were made. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DUAN_H
#define DUAN_H

#include "err.h"
#include "facts.h"
#include "http_server.h"
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
    struct storage storage;   /* of a process that is everything; a member of a cluster has: */
    struct cluster *cluster;
    struct databases databases;
    struct facts facts;
    struct ops *ops;
    struct services services; /* here or elsewhere */
    struct bus *bus;          /* of the video service, where that is here */
    struct job_api *jobs;     /* its jobs, for transcoders of a cluster */
    struct changes *changes;  /* that the gateway watches; NULL: it hears of none */
    struct blob *blob;        /* for those who read or write objects */
    struct pool *workers, *hashers;
    struct pool *requests; /* NULL: they run on the sockets' threads, and as jobs of the writer */
    struct gateway *gateway;
    struct transcoder *transcoder;
    struct sweeper *sweeper;
    struct eraser *eraser;
    struct exporter *exporter;
    struct filler *filler;
    struct http_server *http;
};

/* Builds everything, and serves. On failure nothing is left running. */
MUST_USE struct err *duan_start(struct duan *d, struct ctx *c, struct config *config,
                                struct log *log);

/* Answers what is under way, then takes everything down. True: nothing was cut off. */
bool duan_stop(struct duan *d);

/* Where it is to be found: by clients, or by the other processes of the cluster. */
struct str duan_address(struct duan *d, struct ctx *c);

/* Registers what the parts count. */
void duan_measure(struct duan *d);

#endif
