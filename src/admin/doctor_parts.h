/* What the doctor's own files share: one examination, and how findings are told. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOCTOR_PARTS_H
#define DOCTOR_PARTS_H

#include "doctor.h"
#include "sql.h"

/* One examination; one thread has it. */
struct doctor {
    const struct admin *admin;
    const struct doctor_order *order;
    const char *check; /* the name of the one under way */
    bool alone;        /* no server runs here, and none can start */
    bool no_backup;    /* nobody copies files at this moment */
    bool damaged;      /* the database itself: nothing in it is repaired */
    int64_t found, repaired;
};

/* A check: what it looks at is told in the table of doctor.c. Memory of c is the check's alone. */
typedef struct err *doctor_check(struct doctor *d, struct ctx *c);

doctor_check doctor_database_check, doctor_sequences_check;
doctor_check doctor_video_counts_check, doctor_user_counts_check, doctor_usage_check;
doctor_check doctor_strays_check, doctor_stray_counts_check;
doctor_check doctor_chats_check;
doctor_check doctor_facts_check;
doctor_check doctor_videos_across_check, doctor_users_across_check, doctor_comments_across_check;
doctor_check doctor_jobs_check, doctor_dead_jobs_check;
doctor_check doctor_files_check, doctor_orphans_check, doctor_leftovers_check;
doctor_check doctor_pictures_check;

/* Files are there before the row that names them: beside a server only what is old is an orphan. */
bool doctor_orphans_settled(struct doctor *d, struct str path);
doctor_check doctor_key_check, doctor_disk_check;

/* One line. `doctor_found` counts it as left, `doctor_repaired` as found and repaired;
 * `doctor_note` as neither: it is no fault of the machine. */
void doctor_found(struct doctor *d, const char *fmt, ...) PRINTF(2, 3);
void doctor_repaired(struct doctor *d, const char *fmt, ...) PRINTF(2, 3);
void doctor_note(struct doctor *d, const char *fmt, ...) PRINTF(2, 3);

/* Whether what is found now is also repaired. */
bool doctor_repairs(const struct doctor *d);

/* Counters of one row, and what they should be: "user 12: works is 3, 2 is right; ...". */
struct doctor_counts {
    const char *what; /* "user" */
    const char *const *names;
    size_t count;
    int64_t id;
    const int64_t *is, *right; /* is[0] < 0: there are none */
};
struct str doctor_counts_text(struct arena *a, const struct doctor_counts *k);

/*
 * In a cluster what one service has written reaches another a moment later. Waits until all that
 * was under way has arrived, and what followed from it: false, it does not.
 */
MUST_USE struct err *doctor_facts_settle(struct doctor *d, struct ctx *c, bool *settled);

/* ---- checks of rows: a span of ids at a time, so that nothing is held for long ---- */

struct doctor_rows {
    enum admin_db db;             /* where they are */
    const char *next;             /* the first id from this one on; NULL: there is one span */
    size_t next_marks;            /* how often that text has this one; 0: once */
    const char *find;             /* rows that are wrong */
    const char *fix;              /* makes all rows of the span right; NULL: see fix_row */
    size_t find_pairs, fix_pairs; /* how often a text has "from this id on, below that one" */
    int64_t span;                 /* ids at a time */
    /* What is wrong with a row, for people. */
    struct str (*tell)(struct arena *a, const struct sql_rows *row);
    /* Makes one row right, as part of the transaction of c; NULL: cannot be repaired. */
    struct err *(*fix_row)(struct doctor *d, struct ctx *c, const struct sql_rows *row);
};

/* A span that has findings is looked at again, and made right, in one transaction. */
MUST_USE struct err *doctor_rows_check(struct doctor *d, struct ctx *c,
                                       const struct doctor_rows *rows);

#endif
