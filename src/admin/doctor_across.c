/* What the services of a cluster count of each other, compared between their databases. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "doctor_parts.h"

enum { USERS = 1000, VIDEOS = 100000, COUNTS_MAX = 5 };

/* A query of (id, numbers...) over "from this id on, below that one", in the order of ids. */
struct source {
    enum admin_db db;
    const char *text;
};

/*
 * Rows of one database that count rows of others. There is no snapshot of several databases, and
 * facts are under way between them. So what differs is looked at again when these have arrived, and
 * is wrong when it is as it was.
 */
struct across {
    const char *what; /* "video" */
    const char *const *names;
    size_t count;
    struct source counted;           /* an id with `count` numbers */
    struct source truth[COUNTS_MAX]; /* an id with one number: 0 of those it does not name */
    const char *next;                /* the first id from this one on that is counted */
    int64_t span;
    bool (*is_wrong)(const int64_t *is, const int64_t *right, size_t count);
    struct str (*tell)(struct arena *a, const struct doctor_counts *k);
    sql_work *fix; /* of one struct doctor_counts */
};

/* What one look at a span has shown. */
struct view {
    size_t rows;
    int64_t *ids, *is, *right; /* for each row one id, and `count` of each */
};

/* ---- looking ---- */

struct question {
    const char *text;
    int64_t from, below; /* below 0: the text asks for a beginning alone */
    struct sql_rows rows;
};

static struct err *ask(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct question *q = arg;
    const struct sql_arg span[] = {sql_int(q->from), sql_int(q->below)};

    return sql_run(tx, c, &q->rows, NULL, q->text, (struct sql_args){span, q->below ? 2 : 1});
}

struct span {
    struct doctor *d;
    const struct across *across;
    int64_t from, below;
};

static struct err *read_counted(const struct span *s, struct ctx *c, struct view *v)
{
    const struct across *a = s->across;
    struct question q = {a->counted.text, s->from, s->below, {0}};

    TRY(sql_read(s->d->admin->db[a->counted.db], c, ask, &q));
    *v = (struct view){.ids = arena_array(c->arena, int64_t, q.rows.count),
                       .is = arena_array(c->arena, int64_t, q.rows.count * a->count),
                       .right = arena_array(c->arena, int64_t, q.rows.count * a->count)};
    for (; sql_next(&q.rows); v->rows++) {
        v->ids[v->rows] = sql_i64(&q.rows, 0);
        for (size_t i = 0; i < a->count; i++)
            v->is[v->rows * a->count + i] = sql_i64(&q.rows, 1 + i);
    }
    return NULL;
}

/* Both are in the order of ids. What is told of an id that is not counted counts for nobody. */
static struct err *read_truth(const struct span *s, struct ctx *c, size_t which, struct view *v)
{
    const struct across *a = s->across;
    struct question q = {a->truth[which].text, s->from, s->below, {0}};
    size_t at = 0;

    TRY(sql_read(s->d->admin->db[a->truth[which].db], c, ask, &q));
    while (sql_next(&q.rows)) {
        while (at < v->rows && v->ids[at] < sql_i64(&q.rows, 0))
            v->right[at++ * a->count + which] = 0;
        if (at < v->rows && v->ids[at] == sql_i64(&q.rows, 0))
            v->right[at++ * a->count + which] = sql_i64(&q.rows, 1);
    }
    while (at < v->rows)
        v->right[at++ * a->count + which] = 0;
    return NULL;
}

static struct err *look(const struct span *s, struct ctx *c, struct view *v)
{
    TRY(read_counted(s, c, v));
    for (size_t i = 0; i < s->across->count; i++)
        TRY(read_truth(s, c, i, v));
    return NULL;
}

static bool is_wrong(const struct span *s, const struct view *v, size_t row)
{
    size_t count = s->across->count;

    return s->across->is_wrong(&v->is[row * count], &v->right[row * count], count);
}

/* Keeps the rows that are wrong. */
static void sift(const struct span *s, struct view *v)
{
    size_t kept = 0, count = s->across->count;

    for (size_t row = 0; row < v->rows; row++) {
        if (!is_wrong(s, v, row))
            continue;
        v->ids[kept] = v->ids[row];
        memmove(&v->is[kept * count], &v->is[row * count], count * sizeof(int64_t));
        memmove(&v->right[kept * count], &v->right[row * count], count * sizeof(int64_t));
        kept++;
    }
    v->rows = kept;
}

/* Was it just as wrong before? *at follows in `before`, for both are in the order of ids. */
static bool is_as_before(const struct span *s, const struct view *before, const struct view *now,
                         size_t row, size_t *at)
{
    size_t count = s->across->count, bytes = count * sizeof(int64_t);

    while (*at < before->rows && before->ids[*at] < now->ids[row])
        ++*at;
    return *at < before->rows && before->ids[*at] == now->ids[row] &&
           memcmp(&before->is[*at * count], &now->is[row * count], bytes) == 0 &&
           memcmp(&before->right[*at * count], &now->right[row * count], bytes) == 0;
}

/* ---- telling and repairing ---- */

static struct err *conclude(const struct span *s, struct ctx *c, struct doctor_counts *row)
{
    struct str text = s->across->tell(c->arena, row);

    if (doctor_repairs(s->d)) {
        TRY(sql_write(s->d->admin->db[s->across->counted.db], c, s->across->fix, row));
        doctor_repaired(s->d, STR_FMT, STR_ARG(text));
    } else {
        doctor_found(s->d, STR_FMT, STR_ARG(text));
    }
    return NULL;
}

static struct err *conclude_all(const struct span *s, struct ctx *c, const struct view *before,
                                const struct view *now)
{
    const struct across *a = s->across;
    size_t at = 0;

    for (size_t row = 0; row < now->rows; row++)
        if (is_as_before(s, before, now, row, &at))
            TRY(conclude(s, c,
                         &(struct doctor_counts){a->what, a->names, a->count, now->ids[row],
                                                 &now->is[row * a->count],
                                                 &now->right[row * a->count]}));
    return NULL;
}

static struct err *look_again(const struct span *s, struct ctx *c, const struct view *before)
{
    struct view now;
    bool settled;

    TRY(doctor_facts_settle(s->d, c, &settled));
    if (!settled) {
        doctor_found(s->d,
                     "%zu rows cannot be judged while facts wait for a service that does not take "
                     "them",
                     before->rows);
        return NULL;
    }
    TRY(look(s, c, &now));
    sift(s, &now);
    return conclude_all(s, c, before, &now);
}

static struct err *find_next(struct span *s, struct ctx *c)
{
    struct question q = {s->across->next, s->below, 0, {0}};

    TRY(sql_read(s->d->admin->db[s->across->counted.db], c, ask, &q));
    s->from = sql_next(&q.rows) ? sql_i64(&q.rows, 0) : 0;
    s->below = s->from + s->across->span;
    return NULL;
}

/* The next span; arg is the span before it. Where no ids are, none is looked at. */
static struct err *check_span(void *arg, struct ctx *c, bool *more)
{
    struct span *s = arg;
    struct view v;

    TRY(find_next(s, c));
    *more = s->from > 0;
    if (!*more)
        return NULL;
    TRY(look(s, c, &v));
    sift(s, &v);
    return v.rows ? look_again(s, c, &v) : NULL;
}

static struct err *check(struct doctor *d, struct ctx *c, const struct across *across)
{
    struct span s = {.d = d, .across = across};

    return admin_pieces(c, check_span, &s);
}

/* ---- counters ---- */

static bool differs(const int64_t *is, const int64_t *right, size_t count)
{
    return memcmp(is, right, count * sizeof(*is)) != 0;
}

/* By the difference, whatever is counted meanwhile. A row that is missing begins with nothing. */
static int64_t amends(const struct doctor_counts *row, size_t i)
{
    return row->right[i] - (row->is[i] > 0 ? row->is[i] : 0);
}

static struct err *fix_video(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct doctor_counts *row = arg;
    bool inserted;

    if (row->is[0] < 0)
        TRY(sql_insert(tx, c, &inserted, "INSERT INTO video_count (video_id) VALUES (?)",
                       sql_int(row->id)));
    return sql_exec(tx, c,
                    "UPDATE video_count SET favorite_count = favorite_count + ?,"
                    " comment_count = comment_count + ? WHERE video_id = ?",
                    sql_int(amends(row, 0)), sql_int(amends(row, 1)), sql_int(row->id));
}

struct err *doctor_videos_across_check(struct doctor *d, struct ctx *c)
{
    static const char *const names[] = {"favorite_count", "comment_count"};
    static const struct across videos = {
        .what = "video",
        .names = names,
        .count = COUNT(names),
        .counted = {ADMIN_DB_VIDEO,
                    "SELECT v.id, coalesce(k.favorite_count, -1), coalesce(k.comment_count, -1)"
                    " FROM video_item AS v LEFT JOIN video_count AS k ON k.video_id = v.id"
                    " WHERE v.id >= ? AND v.id < ? ORDER BY v.id"},
        .truth = {{ADMIN_DB_FAVORITE, "SELECT video_id, count(*) FROM favorite_mark WHERE"
                                      " video_id >= ? AND video_id < ? GROUP BY video_id"
                                      " ORDER BY video_id"},
                  {ADMIN_DB_COMMENT, "SELECT video_id, count(*) FROM comment_item WHERE"
                                     " video_id >= ? AND video_id < ? GROUP BY video_id"
                                     " ORDER BY video_id"}},
        .next = "SELECT min(id) FROM video_item WHERE id >= ?",
        .span = VIDEOS,
        .is_wrong = differs,
        .tell = doctor_counts_text,
        .fix = fix_video,
    };

    return check(d, c, &videos);
}

static struct err *fix_user(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct doctor_counts *row = arg;
    bool inserted;

    if (row->is[0] < 0)
        TRY(sql_insert(tx, c, &inserted, "INSERT INTO user_count (user_id) VALUES (?)",
                       sql_int(row->id)));
    return sql_exec(tx, c,
                    "UPDATE user_count SET follow_count = follow_count + ?,"
                    " follower_count = follower_count + ?, total_favorited = total_favorited + ?,"
                    " work_count = work_count + ?, favorite_count = favorite_count + ?"
                    " WHERE user_id = ?",
                    sql_int(amends(row, 0)), sql_int(amends(row, 1)), sql_int(amends(row, 2)),
                    sql_int(amends(row, 3)), sql_int(amends(row, 4)), sql_int(row->id));
}

#define COUNT_BY(key, table)                                                                   \
    "SELECT " key ", count(*) FROM " table " WHERE " key " >= ? AND " key " < ? GROUP BY " key \
    " ORDER BY " key

struct err *doctor_users_across_check(struct doctor *d, struct ctx *c)
{
    static const char *const names[] = {"follow_count", "follower_count", "total_favorited",
                                        "work_count", "favorite_count"};
    static const struct across users = {
        .what = "user",
        .names = names,
        .count = COUNT(names),
        .counted = {ADMIN_DB_USER,
                    "SELECT u.id, coalesce(k.follow_count, -1), k.follower_count,"
                    " k.total_favorited, k.work_count, k.favorite_count FROM user_account AS u"
                    " LEFT JOIN user_count AS k ON k.user_id = u.id"
                    " WHERE u.id >= ? AND u.id < ? ORDER BY u.id"},
        .truth = {{ADMIN_DB_RELATION, COUNT_BY("user_id", "relation_edge")},
                  {ADMIN_DB_RELATION, COUNT_BY("target_id", "relation_edge")},
                  {ADMIN_DB_VIDEO, "SELECT v.author_id, sum(k.favorite_count) FROM video_item AS v"
                                   " JOIN video_count AS k ON k.video_id = v.id WHERE"
                                   " v.author_id >= ? AND v.author_id < ? GROUP BY v.author_id"
                                   " ORDER BY v.author_id"},
                  {ADMIN_DB_VIDEO, COUNT_BY("author_id", "video_item")},
                  {ADMIN_DB_FAVORITE, COUNT_BY("user_id", "favorite_mark")}},
        .next = "SELECT min(id) FROM user_account WHERE id >= ?",
        .span = USERS,
        .is_wrong = differs,
        .tell = doctor_counts_text,
        .fix = fix_user,
    };

    return check(d, c, &users);
}

/* ---- comments whose video is gone ---- */

static bool is_stray(const int64_t *is, const int64_t *right, size_t count)
{
    (void)count;
    return is[0] > 0 && !right[0];
}

static struct str tell_strays(struct arena *a, const struct doctor_counts *row)
{
    return arena_str(a, "%" PRId64 " comments on video %" PRId64 ", which is not there", row->is[0],
                     row->id);
}

static struct err *remove_strays(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct doctor_counts *row = arg;

    return sql_exec(tx, c, "DELETE FROM comment_item WHERE video_id = ?", sql_int(row->id));
}

struct err *doctor_comments_across_check(struct doctor *d, struct ctx *c)
{
    static const struct across comments = {
        .count = 1,
        .counted = {ADMIN_DB_COMMENT, COUNT_BY("video_id", "comment_item")},
        .truth = {{ADMIN_DB_VIDEO,
                   "SELECT id, 1 FROM video_item WHERE id >= ? AND id < ? ORDER BY id"}},
        .next = "SELECT min(video_id) FROM comment_item WHERE video_id >= ?",
        .span = VIDEOS,
        .is_wrong = is_stray,
        .tell = tell_strays,
        .fix = remove_strays,
    };

    TRY(check(d, c, &comments));
    return doctor_stray_counts_check(d, c);
}
