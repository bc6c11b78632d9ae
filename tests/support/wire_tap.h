/* A wire to a server that tests can cut, freeze and put back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WIRE_TAP_H
#define WIRE_TAP_H

#include <stdbool.h>
#include <stddef.h>

/* Listens on 127.0.0.1, on a port of its own, and passes on what comes. Any thread may call. */
struct wire_tap;

struct wire_tap *wire_tap_create(unsigned server_port);
void wire_tap_destroy(struct wire_tap *tap); /* cuts all of it */
unsigned wire_tap_port(const struct wire_tap *tap);

/* The next time a client says `word` (a literal), its connection is cut: before the server has
 * heard it, or when the server has answered and the client has not heard that. Once. */
enum wire_tap_cut { WIRE_TAP_UNHEARD, WIRE_TAP_UNANSWERED };
void wire_tap_cut(struct wire_tap *tap, const char *word, enum wire_tap_cut how);

/* Nothing passes any more, and connections stay; or it does again. */
void wire_tap_freeze(struct wire_tap *tap, bool frozen);

/* The server seems to be away: connections end, and new ones are closed at once; or it is back. */
void wire_tap_part(struct wire_tap *tap, bool parted);

#endif
