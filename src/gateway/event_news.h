/* What is new for one user, and as the text of events. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_NEWS_H
#define EVENT_NEWS_H

#include "event_cursor.h"
#include "notice_page.h"

enum {
    EVENT_BATCH_MAX = 50, /* of each kind that a stream is given at a time; of more: `reset` */
};

/* Behind one cursor, and up to another. In the request's arena. */
struct event_news {
    struct event_cursor up_to;
    bool too_many;
    struct message_item_list messages; /* the oldest first, as are the others */
    struct notice_page notices;
    bool with_unread; /* it was asked for */
    struct notice_count_unread_resp unread;
    struct video_news_list videos;
};

/* c->user_id is the user. What is unread is asked for when a message or a notice is new, or
 * out->with_unread is set. */
MUST_USE struct err *event_news_fetch(struct look *look, const struct event_cursor *after,
                                      const struct event_cursor *up_to, struct event_news *out);

/* What a stream has been told. */
struct event_place {
    struct event_cursor at;
    bool reset;        /* the next it hears is `reset` */
    bool knows_unread; /* it was told these */
    struct notice_count_unread_resp unread;
};

/* Events behind `place`, which moves on; "" when there is nothing to say. */
struct str event_news_write(struct look *look, struct event_news *news, struct str base_url,
                            struct event_place *place);

#endif
