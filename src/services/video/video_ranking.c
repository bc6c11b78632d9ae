/* Ranking, first step: by time, with what was seen behind what was not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_ranking.h"

#include "id_set.h"
#include "limits.h"
#include "video_seen_store.h"
#include "video_store.h"

/* A page that is being filled. */
struct page {
    int64_t *ids, *times;
    size_t count, room;
    const struct id_set *without, *either; /* what does not come in */
};

static bool take(struct page *p, int64_t id, int64_t time)
{
    if (p->count == p->room)
        return false;
    if (id_set_has(p->without, id) || (p->either && id_set_has(p->either, id)))
        return true;
    p->ids[p->count] = id;
    p->times[p->count++] = time;
    return true;
}

static void take_all(struct page *p, const int64_t *ids, const int64_t *times, size_t count)
{
    for (size_t i = 0; i < count && take(p, ids[i], times[i]); i++)
        continue;
}

static void add_all(struct id_set *set, const struct video_times *list)
{
    for (size_t i = 0; i < list->count; i++)
        id_set_add(set, list->ids[i]);
}

static struct page begin(struct ctx *c, int64_t limit, const struct id_set *without)
{
    size_t room = (size_t)(limit > 0 ? limit : 0);

    return (struct page){.ids = arena_array(c->arena, int64_t, room),
                         .times = arena_array(c->arena, int64_t, room),
                         .room = room,
                         .without = without};
}

/* ---- for you ---- */

/* What one viewer is known to have seen and not to want: bounded, so that a page is one look at as
 * many newer videos at most. */
struct known {
    struct id_set seen, unwanted;
};

static struct err *load(struct sql_tx *tx, struct ctx *c, int64_t viewer, struct known *k)
{
    struct video_times seen, unwanted;

    TRY(video_seen_store_list(tx, c, viewer, INT64_MAX, SEEN_MAX, &seen));
    TRY(video_seen_store_unwanted(tx, c, viewer, INT64_MAX, UNWANTED_MAX, &unwanted));
    add_all(&k->seen, &seen);
    add_all(&k->unwanted, &unwanted);
    return NULL;
}

static struct err *take_unseen(struct sql_tx *tx, struct ctx *c, const struct known *k,
                               int64_t before, struct page *p)
{
    const struct video_list_feed_req ask = {
        .before = before,
        .limit = (int64_t)(p->room + k->seen.count + k->unwanted.count),
    };
    struct video_list_resp newer = {0};

    TRY(video_store_feed(tx, c, &ask, &newer));
    p->either = &k->seen;
    take_all(p, newer.ids.at, newer.times.at, newer.ids.count);
    return NULL;
}

static struct err *take_seen(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                             const struct known *k, int64_t before, struct page *p)
{
    int64_t limit = (int64_t)(p->room - p->count + k->unwanted.count);
    struct video_times seen;

    TRY(video_seen_store_list(tx, c, viewer, before, limit, &seen));
    p->either = NULL;
    take_all(p, seen.ids, seen.times, seen.count);
    return NULL;
}

static struct err *fill(struct sql_tx *tx, struct ctx *c, const struct video_list_for_you_req *req,
                        const struct known *k, struct video_list_for_you_resp *out)
{
    struct page p = begin(c, req->limit, &k->unwanted);
    bool seen = req->from->seen;

    if (!seen)
        TRY(take_unseen(tx, c, k, req->from->before, &p));
    size_t unseen = p.count;

    if (p.count < p.room)
        TRY(take_seen(tx, c, req->viewer_id, k, seen ? req->from->before : INT64_MAX, &p));
    *out = (struct video_list_for_you_resp){
        .ids = {p.ids, p.count},
        .times = {p.times, p.count},
        .next = arena_new(c->arena, struct video_for_you_place),
    };
    if (p.count == p.room && p.count)
        *out->next = (struct video_for_you_place){p.times[p.count - 1], p.count > unseen};
    return NULL;
}

struct err *video_ranking_for_you(struct sql_tx *tx, struct ctx *c,
                                  const struct video_list_for_you_req *req,
                                  struct video_list_for_you_resp *out)
{
    struct known k = {0};
    struct err *e = load(tx, c, req->viewer_id, &k);

    if (!e)
        e = fill(tx, c, req, &k, out);
    id_set_fini(&k.seen);
    id_set_fini(&k.unwanted);
    return e;
}

/* ---- of some authors ---- */

/* Ever longer spans of time, so that what is sorted are the videos of some days, not of all years.
 */
enum { FIRST_SPAN_MS = 24 * 3600 * 1000, SPAN_GROWS = 4 };

static struct err *fill_span(struct sql_tx *tx, struct ctx *c,
                             const struct video_list_by_authors_req *req, struct page *p,
                             int64_t *before, int64_t from)
{
    struct video_list_resp some = {0};

    do {
        TRY(video_store_by_authors(tx, c, req->author_ids, from, *before, &some));
        take_all(p, some.ids.at, some.times.at, some.ids.count);
        if (some.ids.count)
            *before = some.times.at[some.ids.count - 1];
    } while (some.ids.count == VIDEO_STORE_SPAN_ROWS && p->count < p->room);
    *before = from;
    return NULL;
}

static struct err *fill_spans(struct sql_tx *tx, struct ctx *c,
                              const struct video_list_by_authors_req *req, struct page *p)
{
    const struct video_list_feed_req ask = {.before = req->before, .limit = 1};
    struct video_list_resp newest = {0};
    int64_t span = FIRST_SPAN_MS;

    TRY(video_store_feed(tx, c, &ask, &newest));
    int64_t before = newest.ids.count ? newest.times.at[0] + 1 : 0;

    while (p->count < p->room && before > 0) {
        int64_t from = before > span ? before - span : 0;

        TRY(fill_span(tx, c, req, p, &before, from));
        span *= SPAN_GROWS;
    }
    return NULL;
}

struct err *video_ranking_of_authors(struct sql_tx *tx, struct ctx *c,
                                     const struct video_list_by_authors_req *req,
                                     struct video_list_resp *out)
{
    struct id_set unwanted = {0};
    struct page p = begin(c, req->limit, &unwanted);
    struct video_times list;

    TRY(video_seen_store_unwanted(tx, c, req->viewer_id, INT64_MAX, UNWANTED_MAX, &list));
    add_all(&unwanted, &list);
    struct err *e = req->author_ids.count ? fill_spans(tx, c, req, &p) : NULL;

    id_set_fini(&unwanted);
    if (e)
        return e;
    *out = (struct video_list_resp){.ids = {p.ids, p.count}, .times = {p.times, p.count}};
    return NULL;
}
