/* Which name was meant? The nearest by edit distance. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein: letters to change, add or drop. Both are at most CONFIG_NAME_MAX bytes long. */
static size_t distance(struct str a, struct str b)
{
    size_t row[CONFIG_NAME_MAX + 1];

    for (size_t k = 0; k <= b.len; k++)
        row[k] = k;
    for (size_t i = 0; i < a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t k = 0; k < b.len; k++) {
            size_t change = diagonal + (a.ptr[i] != b.ptr[k]);

            diagonal = row[k + 1];
            row[k + 1] = least(change, 1 + least(row[k], diagonal));
        }
    }
    return row[b.len];
}

/* "listen" for "http.listen": the section was forgotten. */
static bool is_last_part(struct str full, struct str part)
{
    return part.len && full.len > part.len && str_ends(full, part) &&
           full.ptr[full.len - part.len - 1] == '.';
}

const char *config_nearest(const struct config *f, struct str name)
{
    const char *best = NULL;
    size_t limit = name.len < 4 ? 2 : 3 + name.len / 8; /* below this many edits */

    if (name.len > CONFIG_NAME_MAX)
        return NULL;
    for (size_t i = 0; i < f->count; i++) {
        struct str known = str_of(f->settings[i].name);
        size_t d = is_last_part(known, name) ? 1 : distance(name, known);

        if (d < limit) {
            best = f->settings[i].name;
            limit = d;
        }
    }
    return best;
}
