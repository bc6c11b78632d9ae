/* Places for uploads: so many at a time, and of one client no more than a part of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPLOAD_PLACES_H
#define UPLOAD_PLACES_H

#include "address_counts.h"

/* A place is taken before anybody is asked who he is, so one client may have a quarter of them. */
enum { UPLOAD_PLACES_SHARE = 4, UPLOAD_PLACES_MIN = 2 /* of one client, however few there are */ };

/* Any thread. */
struct upload_places;

struct upload_places *upload_places_create(size_t max);
void upload_places_destroy(struct upload_places *all); /* all were given back; NULL is fine */

/* A place for the client at that address, to be given back; NULL: none is free for him. */
struct address_count *upload_places_take(struct upload_places *all, struct str peer);
void upload_places_give(struct upload_places *all, struct address_count *place); /* NULL is fine */

size_t upload_places_taken(struct upload_places *all);

#endif
