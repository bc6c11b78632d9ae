/* The rarest pair of a question leads to texts; whether they hold its words is looked up in them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "search_index.h"

#include <string.h>

#include "limits.h"
#include "search_words.h"
#include "utf8.h"

enum { BATCH = 500, RARE_MAX = 1000, PAIRS_TRIED = 8, WORDS_MAX = SEARCH_MAX_CHARS / 2 };

/* ---- writing ---- */

static struct err *read_text(struct sql_tx *tx, struct ctx *c, enum search_kind kind, int64_t id,
                             struct str *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT text FROM search_text WHERE id = ? AND kind = ?", sql_int(id),
                  sql_int(kind)));
    *out = sql_next(&r) ? sql_str(&r, 0) : (struct str){0};
    return NULL;
}

static struct err *remove_pairs(struct sql_tx *tx, struct ctx *c, enum search_kind kind, int64_t id,
                                struct str text)
{
    struct sql_ids pairs = search_pairs(c->arena, text);

    for (size_t i = 0; i < pairs.count; i++)
        TRY(sql_exec(tx, c, "DELETE FROM search_pair WHERE pair = ? AND kind = ? AND id = ?",
                     sql_int(pairs.at[i]), sql_int(kind), sql_int(id)));
    return NULL;
}

static struct err *add_pairs(struct sql_tx *tx, struct ctx *c, enum search_kind kind, int64_t id,
                             struct str text)
{
    struct sql_ids pairs = search_pairs(c->arena, text);
    bool added;

    for (size_t i = 0; i < pairs.count; i++)
        TRY(sql_insert(tx, c, &added, "INSERT INTO search_pair (pair, kind, id) VALUES (?, ?, ?)",
                       sql_int(pairs.at[i]), sql_int(kind), sql_int(id)));
    return NULL;
}

struct err *search_index_put(struct sql_tx *tx, struct ctx *c, enum search_kind kind, int64_t id,
                             struct str text)
{
    struct str now = search_fold(c->arena, text), before;

    TRY(read_text(tx, c, kind, id, &before));
    if (str_eq(before, now))
        return NULL;
    TRY(remove_pairs(tx, c, kind, id, before));
    TRY(sql_put(tx, c, 2, "INSERT INTO search_text (id, kind, text) VALUES (?, ?, ?)", sql_int(id),
                sql_int(kind), sql_text(now)));
    return add_pairs(tx, c, kind, id, now);
}

struct err *search_index_remove(struct sql_tx *tx, struct ctx *c, enum search_kind kind, int64_t id)
{
    struct str text;

    TRY(read_text(tx, c, kind, id, &text));
    TRY(remove_pairs(tx, c, kind, id, text));
    return sql_exec(tx, c, "DELETE FROM search_text WHERE id = ? AND kind = ?", sql_int(id),
                    sql_int(kind));
}

/* ---- finding ---- */

struct question {
    const struct search_query *query;
    struct str words[WORDS_MAX];
    size_t word_count;
    int64_t pair; /* the rarest */
};

static struct err *read_question(struct ctx *c, const struct search_query *query,
                                 struct question *out)
{
    struct str rest = search_fold(c->arena, query->text);

    *out = (struct question){.query = query};
    if (!rest.len || utf8_length(rest) > SEARCH_MAX_CHARS)
        return err_new(c, ERR_INVALID, "a question has 1 to %d characters", SEARCH_MAX_CHARS);
    while (rest.len) /* a blank stands between two words */
        out->words[out->word_count++] = str_cut(&rest, ' ');
    return NULL;
}

static struct err *count_pair(struct sql_tx *tx, struct ctx *c, enum search_kind kind, int64_t pair,
                              int64_t *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT count(*) FROM (SELECT 1 FROM search_pair WHERE pair = ? AND kind = ?"
                  " LIMIT ?) AS some",
                  sql_int(pair), sql_int(kind), sql_int(RARE_MAX)));
    *out = sql_next(&r) ? sql_i64(&r, 0) : 0;
    return NULL;
}

/* Of the first pairs of each word: counting costs what it counts, so that is bounded. */
static struct err *choose_pair(struct sql_tx *tx, struct ctx *c, struct question *q)
{
    int64_t least = INT64_MAX;

    for (size_t w = 0; w < q->word_count; w++) {
        struct sql_ids pairs = search_pairs_of_word(c->arena, q->words[w]);

        for (size_t i = 0; i < pairs.count && i < PAIRS_TRIED / q->word_count + 1; i++) {
            int64_t count;

            TRY(count_pair(tx, c, q->query->kind, pairs.at[i], &count));
            if (count < least)
                q->pair = pairs.at[i];
            least = count < least ? count : least;
        }
    }
    return NULL;
}

static bool holds_all(const struct question *q, struct str text)
{
    for (size_t i = 0; i < q->word_count; i++)
        if (!text.len || !memmem(text.ptr, text.len, q->words[i].ptr, q->words[i].len))
            return false;
    return true;
}

/* The next candidates, and their texts. */
static struct err *read_batch(struct sql_tx *tx, struct ctx *c, const struct question *q,
                              int64_t before, struct sql_rows *ids, struct sql_rows *texts)
{
    static const char *const text_of[] =
        SQL_IDS("SELECT id, text FROM search_text WHERE kind = ? AND id IN (", ")");

    TRY(sql_query(tx, c, ids,
                  "SELECT id FROM search_pair WHERE pair = ? AND kind = ? AND id < ?"
                  " ORDER BY id DESC LIMIT ?",
                  sql_int(q->pair), sql_int(q->query->kind), sql_int(before), sql_int(BATCH)));
    if (!ids->count)
        return NULL;
    return sql_query_ids(tx, c, texts, text_of, sql_i64_column(ids, c, 0), ids->count,
                         sql_int(q->query->kind));
}

struct search {
    const struct question *q;
    int64_t *found;
    size_t count;
    int64_t before; /* all from here on has been looked at */
};

static void look_at(struct search *s, struct sql_rows *ids, struct sql_rows *texts)
{
    while (s->count < (size_t)s->q->query->limit && sql_next(ids)) {
        s->before = sql_i64(ids, 0);
        if (sql_seek(texts, 0, s->before) && holds_all(s->q, sql_str(texts, 1)))
            s->found[s->count++] = s->before;
    }
}

struct err *search_index_find(struct sql_tx *tx, struct ctx *c, const struct search_query *query,
                              struct search_page *out)
{
    struct question q;
    struct search s = {.q = &q,
                       .found = arena_array(c->arena, int64_t, (size_t)query->limit),
                       .before = query->before ? query->before : INT64_MAX};
    bool more = true;

    TRY(read_question(c, query, &q));
    TRY(choose_pair(tx, c, &q));
    for (int looked = 0; more && looked < SEARCH_LOOKS_MAX && s.count < (size_t)query->limit;
         looked += BATCH) {
        struct sql_rows ids = {0}, texts = {0};

        TRY(read_batch(tx, c, &q, s.before, &ids, &texts));
        look_at(&s, &ids, &texts);
        more = ids.count == BATCH || ids.next < ids.count;
    }
    *out = (struct search_page){{s.found, s.count}, more ? s.before : 0};
    return NULL;
}
