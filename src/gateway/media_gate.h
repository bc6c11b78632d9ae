/* Who may get the files of a video: everybody, but of those that are hidden their author alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_GATE_H
#define MEDIA_GATE_H

#include "video_api.h"

struct changes;

/*
 * Remembers of each asset whether it is hidden, and whose it is. With the video service in this
 * process that follows its facts; with one elsewhere it is asked anew after MEDIA_GATE_MS, and when
 * it does not answer what was known last holds. Any thread. Borrows both; changes is NULL
 * elsewhere.
 */
struct media_gate;

enum { MEDIA_GATE_MS = 1000 };

struct media_gate *media_gate_create(struct video_api *videos, struct changes *changes);
void media_gate_destroy(struct media_gate *gate); /* NULL is fine */

/* Rows were changed by somebody who tells no changes. */
void media_gate_forget(struct media_gate *gate);

/* *only: the user who alone may get files of this key; 0: everybody may. */
MUST_USE struct err *media_gate_ask(struct media_gate *gate, struct ctx *c, struct str key,
                                    int64_t *only);

#endif
