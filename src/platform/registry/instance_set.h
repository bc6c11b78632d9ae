/* The instances of one service, as they are known. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INSTANCE_SET_H
#define INSTANCE_SET_H

#include "arena.h"
#include "host_port.h"

enum {
    INSTANCES_MAX = 256,   /* of one service */
    INSTANCE_ID_MAX = 128, /* bytes */
};

struct known_instance {
    char id[INSTANCE_ID_MAX];
    char address[HOST_PORT_MAX];
    uint16_t id_len, address_len;
    bool seen;           /* since the last instance_set_begin() */
    int64_t fades_at_ns; /* when it is forgotten; 0: it is there */
};

/*
 * Zeroed is empty. Memory for INSTANCES_MAX, of which the kernel gives what is touched. Belongs to
 * one thread.
 */
struct instance_set {
    struct known_instance at[INSTANCES_MAX];
    size_t count;
    bool changed; /* addresses have come or gone since it was set to false */
};

/* Is there, at this address. False: no room, or an id or address too long. */
MUST_USE bool instance_set_put(struct instance_set *set, struct str id, struct str address);

void instance_set_remove(struct instance_set *set, struct str id);

/*
 * All of it is read anew: what is put between the two is there; what is not has gone while nobody
 * looked, and fades: it stays until then. A store that has lost everything thus takes no
 * instance away before it has had time to register again.
 */
void instance_set_begin(struct instance_set *set);
void instance_set_end(struct instance_set *set, int64_t fades_at_ns);

/* Forgets what has faded by now. */
void instance_set_fade(struct instance_set *set, int64_t now_ns);

/* Every address once, in order, in the arena; *count says how many. */
const struct str *instance_set_addresses(const struct instance_set *set, struct arena *a,
                                         size_t *count);

#endif
