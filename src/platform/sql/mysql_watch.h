/* Deadlines of connections: whoever waits for a server beyond his own is cut off from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_WATCH_H
#define MYSQL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The client library knows whole seconds, set once. So one thread watches all connections of a
 * database and shuts the socket of one whose deadline has come: the call that waits for it fails at
 * once. Any thread may call any function.
 */
struct mysql_watch;

/* A place in the watch, part of a connection. The watch's while it is armed. */
struct mysql_watched {
    struct mysql_watched *next, **link;
    int64_t deadline_ns;
    int fd;
    bool cut; /* its deadline came: read it when it is no longer armed */
};

struct mysql_watch *mysql_watch_create(void);
void mysql_watch_destroy(struct mysql_watch *w); /* nothing is armed any more; NULL is fine */

/* From now on, until disarmed, the socket may be shut. A deadline of 0 is none. */
void mysql_watch_arm(struct mysql_watch *w, struct mysql_watched *one, int fd, int64_t deadline_ns);
void mysql_watch_disarm(struct mysql_watch *w, struct mysql_watched *one);

#endif
