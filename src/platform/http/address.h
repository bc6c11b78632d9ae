/* IP addresses: who is at the other end, and which ones belong together. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <netinet/in.h>

#include "str.h"

/* IPv4 as IPv6 sees it (::ffff:1.2.3.4), so that there is one kind. Zeroed: not known. */
struct address {
    unsigned char bytes[16];
};

enum { ADDRESS_TEXT = INET6_ADDRSTRLEN + 3 }; /* also with "/64" behind it, and the NUL */

/* "1.2.3.4" or "2001:db8::1": no port, no brackets, no zone. */
bool address_parse(struct str text, struct address *out);

/* Of a socket; not known for a family without addresses, or NULL. */
struct address address_of(const struct sockaddr *socket);

bool address_known(const struct address *a);

/* "" when it is not known. */
void address_format(const struct address *a, char out[ADDRESS_TEXT]);

/*
 * What limits count as one client: an IPv4 address, or the /64 of an IPv6 one, because that is what
 * one customer gets: "1.2.3.4", "2001:db8:1:2::/64".
 */
struct address address_block(const struct address *a);
void address_format_block(const struct address *a, char out[ADDRESS_TEXT]);

/* All addresses that begin with the same bits. */
struct address_range {
    struct address base;
    int bits; /* of 128 */
};

/* "10.0.0.0/8", "::1", "2001:db8::/32": what is behind the bits may be anything. */
bool address_range_parse(struct str text, struct address_range *out);
bool address_range_has(const struct address_range *range, const struct address *a);

#endif
