/* A gate before a server: tests shut it, and what was connected through it is cut off. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TCP_GATE_H
#define TCP_GATE_H

/* Passes bytes on, on a thread of its own. One test's. */
struct tcp_gate;

enum tcp_gate_state {
    TCP_GATE_OPEN,
    TCP_GATE_SHUT,   /* every connection is closed, a new one at once */
    TCP_GATE_SILENT, /* connections are there, and nothing passes */
};

/* `target` is ADDRESS:PORT, of IPv4. */
struct tcp_gate *tcp_gate_create(const char *target);
void tcp_gate_destroy(struct tcp_gate *gate); /* NULL is fine */

const char *tcp_gate_address(const struct tcp_gate *gate); /* 127.0.0.1:PORT */

/* From when this returns. */
void tcp_gate_set(struct tcp_gate *gate, enum tcp_gate_state state);

#endif
