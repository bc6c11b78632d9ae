/* What tests of the registry listen with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REGISTRY_HEARD_H
#define REGISTRY_HEARD_H

#include <pthread.h>
#include <stdio.h>

#include "registry.h"
#include "test.h"

enum { HEARD_MAX = 16 << 10 };

/* What a follower was told last: "10.0.0.1:1 10.0.0.2:1", and how often; "?" is never. */
struct heard {
    pthread_mutex_t lock;
    char text[HEARD_MAX];
    int times, emptied; /* emptied: told of nobody when there had been somebody */
};

static inline void heard_init(struct heard *heard)
{
    assert_int_equal(pthread_mutex_init(&heard->lock, NULL), 0);
    strcpy(heard->text, "?");
}

static inline void heard_fini(struct heard *heard)
{
    pthread_mutex_destroy(&heard->lock);
}

/* A registry_told. */
static inline void listen_to(void *self, const struct str *addresses, size_t count)
{
    struct heard *heard = self;
    size_t at = 0;

    pthread_mutex_lock(&heard->lock);
    heard->emptied += count == 0 && strchr(heard->text, ':');
    heard->text[0] = 0;
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(heard->text + at, sizeof(heard->text) - at, "%s" STR_FMT,
                               i ? " " : "", STR_ARG(addresses[i]));
    heard->times++;
    pthread_mutex_unlock(&heard->lock);
}

static inline bool hears(struct heard *heard, const char *text)
{
    pthread_mutex_lock(&heard->lock);
    bool same = strcmp(heard->text, text) == 0;

    pthread_mutex_unlock(&heard->lock);
    return same;
}

static inline int times(struct heard *heard)
{
    pthread_mutex_lock(&heard->lock);
    int times = heard->times;

    pthread_mutex_unlock(&heard->lock);
    return times;
}

static inline int emptied(struct heard *heard)
{
    pthread_mutex_lock(&heard->lock);
    int emptied = heard->emptied;

    pthread_mutex_unlock(&heard->lock);
    return emptied;
}

#endif
