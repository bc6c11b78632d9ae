/* HOST:PORT as people write it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_PORT_H
#define HOST_PORT_H

#include "str.h"

enum { HOST_PORT_MAX = 261 }; /* bytes: a name in the DNS has up to 255 */

/*
 * A name, an IPv4 address or an IPv6 address in brackets, then a port from 1 to 65535. Nothing is
 * looked up. Pure: any thread may call it.
 */
bool host_port_valid(struct str s);

#endif
