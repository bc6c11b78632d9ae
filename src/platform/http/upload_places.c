/* Places for uploads: one number, and one for each block of addresses. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "upload_places.h"

#include <pthread.h>
#include <stdlib.h>

struct upload_places {
    size_t max, of_one;
    pthread_mutex_t lock; /* of what follows */
    size_t taken;
    struct address_counts *counts;
};

struct upload_places *upload_places_create(size_t max)
{
    struct upload_places *all = calloc(1, sizeof(*all));
    size_t share = max / UPLOAD_PLACES_SHARE;

    if (!all || pthread_mutex_init(&all->lock, NULL) != 0)
        abort();
    all->max = max;
    all->of_one = share > UPLOAD_PLACES_MIN ? share : UPLOAD_PLACES_MIN;
    all->counts = address_counts_create();
    return all;
}

void upload_places_destroy(struct upload_places *all)
{
    if (!all)
        return;
    address_counts_destroy(all->counts);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

struct address_count *upload_places_take(struct upload_places *all, struct str peer)
{
    struct address from = {0};
    struct address_count *place = NULL;

    (void)address_parse(peer, &from); /* those who are not known share one part */
    pthread_mutex_lock(&all->lock);
    if (all->taken < all->max && address_counts_get(all->counts, &from) < all->of_one) {
        place = address_counts_add(all->counts, &from);
        all->taken++;
    }
    pthread_mutex_unlock(&all->lock);
    return place;
}

void upload_places_give(struct upload_places *all, struct address_count *place)
{
    if (!place)
        return;
    pthread_mutex_lock(&all->lock);
    address_counts_remove(all->counts, place);
    all->taken--;
    pthread_mutex_unlock(&all->lock);
}

size_t upload_places_taken(struct upload_places *all)
{
    pthread_mutex_lock(&all->lock);
    size_t taken = all->taken;

    pthread_mutex_unlock(&all->lock);
    return taken;
}
