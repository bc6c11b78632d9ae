/* A front before a real object store, for tests: it passes requests on, and does them harm. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FRONT_H
#define STORE_FRONT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "str.h"

/*
 * Listens on 127.0.0.1 and opens one connection to the store for each request. Tests set the fields
 * at any time; what is under way has looked at them when its head had come.
 */
struct store_front {
    int port; /* where it listens */
    /* So many requests whose head has this text in it are answered with that status. */
    _Atomic(const char *) refuse_text;
    _Atomic int refuse_times, refuse_status;
    atomic_bool spoil;       /* one byte of every body that is put is turned */
    _Atomic long hold_after; /* no more bytes of a reply than that are passed on; -1: all */
    _Atomic long cut_after;  /* so many replies are cut off when that much has been passed on */
    _Atomic int cut_times;
    _Atomic int requests; /* that have come so far */
    int listener, upstream;
    _Atomic int under_way;
    atomic_bool stop;
    pthread_t thread;
};

/* `upstream`: the port of the store. Aborts when it cannot listen. */
void store_front_start(struct store_front *f, int upstream);
void store_front_stop(struct store_front *f); /* whatever is under way is cut off */

#endif
