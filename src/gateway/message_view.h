/* A message as the contract shows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MESSAGE_VIEW_H
#define MESSAGE_VIEW_H

#include "json.h"
#include "message_api.h"

void message_view_write(struct json *j, const struct message_item *item);

#endif
