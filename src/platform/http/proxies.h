/* Reverse proxies in front of us: whose word about the client is taken, and what it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXIES_H
#define PROXIES_H

#include "address.h"
#include "err.h"

enum {
    PROXIES_MAX = 32,      /* ranges of addresses that are trusted */
    PROXIES_HOPS_MAX = 16, /* of one request: what is further away is not looked at */
};

/* The one header the proxy writes: a client could send the other, and it would pass through. */
enum proxies_header { PROXIES_X_FORWARDED, PROXIES_FORWARDED };

/* Their names, for a setting; NULL-terminated. */
extern const char *const proxies_header_names[];

/* Immutable after parsing. */
struct proxies {
    struct address_range at[PROXIES_MAX];
    size_t count;
    enum proxies_header header;
};

/* "127.0.0.1, 10.0.0.0/8, fd00::/8"; "" trusts nobody. */
MUST_USE struct err *proxies_parse(struct ctx *c, struct str list, struct proxies *out);

bool proxies_trust(const struct proxies *p, const struct address *a);

/* What a trusted peer said. Headers that came several times are joined by commas, as sent. */
struct proxies_said {
    struct str addresses; /* of X-Forwarded-For, or Forwarded */
    struct str scheme;    /* of X-Forwarded-Proto */
};

struct proxies_client {
    struct address address;
    bool https; /* the client spoke TLS to a proxy */
};

/*
 * Walks from the nearest hop away from us while hops are trusted: the first one that is not is the
 * client. What cannot be read ends the walk, and the last trusted hop counts as the client: nobody
 * gains an address by lying. `peer` is trusted.
 */
void proxies_resolve(const struct proxies *p, const struct address *peer,
                     const struct proxies_said *said, struct proxies_client *out);

#endif
