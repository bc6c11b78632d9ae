/* The media gate: assets that were asked for, in a bounded table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "media_gate.h"

#include <stdlib.h>

#include "changes.h"
#include "clock.h"
#include "degraded.h"
#include "near_table.h"

enum { TABLE_BYTES = 4 << 20, ASSET_LEN = 16, HEX_BITS = 4 };

struct media_gate {
    struct video_api *videos; /* borrowed */
    struct near_table *table;
    bool follows; /* facts say what has changed */
};

struct known {
    int64_t only;     /* who alone may; 0: everybody */
    int64_t until_ns; /* by the clock that only rises */
};

static void free_known(void *value)
{
    free(value);
}

/* Assets are 16 hexadecimal digits: a number of 64 bits. */
static bool read_asset(struct str asset, struct near_key *out)
{
    uint64_t number = 0;

    if (asset.len != ASSET_LEN)
        return false;
    for (size_t i = 0; i < asset.len; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = memchr(digits, asset.ptr[i], sizeof(digits) - 1);

        if (!digit)
            return false;
        number = number << HEX_BITS | (uint64_t)(digit - digits);
    }
    *out = (struct near_key){(int64_t)number, 0};
    return true;
}

static void on_video(void *self, const struct change *change)
{
    struct media_gate *gate = self;
    const struct video_item *row = change->row;
    struct near_key key;

    if (read_asset(row->media->asset, &key))
        near_table_change(gate->table, key, NULL, NULL);
}

struct media_gate *media_gate_create(struct video_api *videos, struct changes *changes)
{
    struct media_gate *gate = calloc(1, sizeof(*gate));

    if (!gate)
        abort();
    *gate = (struct media_gate){videos, near_table_create(TABLE_BYTES, free_known), changes};
    if (changes)
        changes_watch(changes, &video_item_type, on_video, gate);
    return gate;
}

void media_gate_destroy(struct media_gate *gate)
{
    if (!gate)
        return;
    near_table_destroy(gate->table);
    free(gate);
}

void media_gate_forget(struct media_gate *gate)
{
    near_table_clear(gate->table);
}

static void copy_known(void *arg, void *value)
{
    *(struct known *)arg = *(const struct known *)value;
}

static size_t set_known(void *arg, void *value, size_t size)
{
    *(struct known *)value = *(const struct known *)arg;
    return size;
}

static void keep(struct media_gate *gate, struct near_key key, uint64_t version, struct known now)
{
    struct known *value = malloc(sizeof(*value));

    if (!value)
        abort();
    *value = now;
    if (!gate->follows) /* what is there is older: nobody tells that it is not true any more */
        near_table_change(gate->table, key, set_known, &now);
    near_table_add(gate->table, key, gate->follows ? version : near_table_version(gate->table, key),
                   value, sizeof(*value));
}

static struct err *ask(struct media_gate *gate, struct ctx *c, struct near_key key,
                       struct str asset, struct known *out)
{
    struct video_find_asset_req req = {asset};
    struct video_find_asset_resp found = {0};
    uint64_t version = near_table_version(gate->table, key);

    TRY(video_find_asset(gate->videos, c, &req, &found));
    *out = (struct known){found.hidden ? found.author_id : 0,
                          clock_monotonic_ns() + (int64_t)MEDIA_GATE_MS * CLOCK_NS_PER_MS};
    keep(gate, key, version, *out);
    return NULL;
}

/* "v/2a/ASSET/..." */
static struct str asset_of(struct str key)
{
    struct str rest = key;

    (void)str_cut(&rest, '/');
    (void)str_cut(&rest, '/');
    return str_cut(&rest, '/');
}

struct err *media_gate_ask(struct media_gate *gate, struct ctx *c, struct str key, int64_t *only)
{
    struct str asset = asset_of(key);
    struct near_key number;
    struct known known = {0};

    *only = 0;
    if (!read_asset(asset, &number))
        return NULL;
    bool hit = near_table_read(gate->table, number, copy_known, &known);

    if (!hit || (!gate->follows && clock_monotonic_ns() > known.until_ns)) {
        struct err *e = ask(gate, c, number, asset, &known);

        if (e && !degraded_may(e))
            return e;
    }
    *only = known.only;
    return NULL;
}
