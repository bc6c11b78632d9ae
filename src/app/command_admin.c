/* duan admin: what an operator does to a data folder or a cluster. One row for each command. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "admin_session.h"
#include "admin_steps.h"
#include "backup.h"
#include "commands.h"
#include "config.h"
#include "doctor.h"
#include "folder_lock.h"
#include "interrupts.h"
#include "job_list.h"
#include "new_password.h"
#include "reports.h"
#include "restore.h"
#include "text_table.h"
#include "video_removal.h"

enum { LIMIT = 50, WORDS_MAX = 16 };

static struct str word(const struct options *o, size_t i)
{
    return str_of(o->words[i]);
}

static struct err *number(struct ctx *c, const struct options *o, const char *what, int64_t *out)
{
    if (str_to_i64(word(o, 0), out) && *out > 0)
        return NULL;
    return err_new(c, ERR_INVALID, "\"%s\" is not the id of a %s", o->words[0], what);
}

/* ---- one function for each command ---- */

/* A server that runs was made for the tables as they are: so none may run. */
static struct err *migrate_alone(struct admin_session *s, struct ctx *c)
{
    struct folder_lock *lock = NULL;
    struct err *e = folder_lock_take(c, s->admin.data, &lock);

    if (e)
        return err_wrap(c, e, "stop the server first");
    e = storage_migrate(&s->storage, c);
    folder_lock_return(lock);
    if (!e)
        (void)puts("The database is what this program expects.");
    return e;
}

/* Their services may run: what this program adds leaves alone what they know. */
static struct err *migrate_all(struct admin_session *s, struct ctx *c)
{
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        TRY(databases_migrate(admin_cluster_databases(s->cluster), c, role));
    (void)puts("The databases are what this program expects.");
    return NULL;
}

static struct err *list_steps(struct admin_session *s, struct ctx *c, struct text_table *table)
{
    struct migration_steps steps = {0};
    bool whole = true;

    if (!s->admin.is_cluster) {
        TRY(storage_steps(&s->storage, c, &steps));
        whole = admin_steps_list(table, NULL, &steps);
    }
    for (enum role role = 0; s->admin.is_cluster && role < ROLE_SERVICES; role++) {
        TRY(databases_steps(admin_cluster_databases(s->cluster), c, role, &steps));
        whole = admin_steps_list(table, role_names[role], &steps) && whole;
    }
    s->status = whole ? 0 : EXIT_FOUND;
    return NULL;
}

static struct err *show_steps(struct admin_session *s, struct ctx *c)
{
    struct text_table table;

    admin_steps_begin(&table, c->arena, s->admin.is_cluster);
    TRY(list_steps(s, c, &table));
    text_table_print(&table, s->admin.out);
    return NULL;
}

static struct err *migrate_it(struct admin_session *s, struct ctx *c, const struct options *o)
{
    if (o->flags & OPTION_STATUS)
        return show_steps(s, c);
    return s->admin.is_cluster ? migrate_all(s, c) : migrate_alone(s, c);
}

/* A backup that lacks half of it is none. */
static struct err *check_in_folder(struct admin_session *s, struct ctx *c)
{
    if (!config_str(s->config, "blob.s3.endpoint").len)
        return NULL;
    return err_new(c, ERR_INVALID,
                   "objects are in a bucket (blob.s3.endpoint), and a backup holds those of a "
                   "folder: copy duan.db with `sqlite3 .backup`, and let the bucket keep versions");
}

static struct err *backup(struct admin_session *s, struct ctx *c, const struct options *o)
{
    const struct backup_order order = {.file = word(o, 0), .program = DUAN_VERSION};
    int64_t missing = 0;

    TRY(check_in_folder(s, c));
    TRY(backup_make(&s->admin, c, &order, &missing));
    if (!missing)
        return NULL;
    s->status = EXIT_FOUND;
    (void)fprintf(stderr, "duan: the backup is made, but %lld files were missing already\n",
                  (long long)missing);
    return NULL;
}

static struct err *restore(struct admin_session *s, struct ctx *c, const struct options *o)
{
    const struct restore_order order = {.file = word(o, 0), .check = admin_session_check};

    TRY(check_in_folder(s, c));
    return restore_do(&s->admin, c, &order);
}

static struct err *doctor(struct admin_session *s, struct ctx *c, const struct options *o)
{
    const struct doctor_order order = {
        .repair = o->flags & OPTION_REPAIR,
        .disk_reserve = config_bytes(s->config, "media.disk_reserve"),
        .own_secret = config_is_set(s->config, "auth.token_secret"),
        .open = admin_session_open,
        .self = s,
    };
    int64_t left = 0;

    TRY(doctor_examine(&s->admin, c, &order, &left));
    s->status = left ? EXIT_FOUND : 0;
    return NULL;
}

static struct err *users(struct admin_session *s, struct ctx *c, const struct options *o)
{
    const struct accounts_query query = {
        .words = o->words,
        .word_count = o->word_count,
        .limit = o->limit ? o->limit : LIMIT,
        .banned = o->flags & OPTION_BANNED,
    };

    return accounts_list(&s->admin, c, &query);
}

static struct err *passwd(struct admin_session *s, struct ctx *c, const struct options *o)
{
    return new_password_set(&s->admin, c, word(o, 0),
                            (int)config_int(s->config, "auth.bcrypt_cost"));
}

static struct err *delete_video(struct admin_session *s, struct ctx *c, const struct options *o)
{
    int64_t id;

    TRY(number(c, o, "video", &id));
    return video_removal_do(&s->admin, c, id);
}

static struct err *ban(struct admin_session *s, struct ctx *c, const struct options *o)
{
    return accounts_ban(&s->admin, c, word(o, 0), str_of(o->reason));
}

static struct err *unban(struct admin_session *s, struct ctx *c, const struct options *o)
{
    return accounts_unban(&s->admin, c, word(o, 0));
}

static struct err *jobs(struct admin_session *s, struct ctx *c, const struct options *o)
{
    return job_list_show(&s->admin, c, o->flags & OPTION_DEAD);
}

static struct err *retry_job(struct admin_session *s, struct ctx *c, const struct options *o)
{
    int64_t id;

    TRY(number(c, o, "job", &id));
    return job_list_retry(&s->admin, c, id);
}

static struct err *reports(struct admin_session *s, struct ctx *c, const struct options *o)
{
    const struct reports_order order = {
        .what = word(o, 0),
        .id = o->word_count > 1 ? word(o, 1) : STR(""),
        .reason = str_of(o->reason),
        .all = o->flags & OPTION_ALL,
        .limit = o->limit ? o->limit : LIMIT,
    };

    return reports_do(&s->admin, c, &order);
}

/* ---- the table ---- */

#define COMMON                                                                \
    "\n"                                                                      \
    "  --data DIR          the data folder\n"                                 \
    "  --config FILE       settings in YAML (duan.yaml in the data folder)\n" \
    "  --set name=value    one setting; `duan config` lists them\n"           \
    "\n"
#define IN_CLUSTER "Works on a cluster when the settings name one (registry.etcd).\n"
#define NO_CLUSTER "For a data folder only: docs/cluster.md says what a cluster has instead.\n"
#define DUMPS                                                                    \
    "use mariadb-dump or mariabackup for its databases, and let the bucket keep" \
    " versions"
#define BESIDE IN_CLUSTER "May run beside a server, which sees the change at once.\n"
#define STATUSES                                                                \
    "Ends with 0 when it is done, 64 for wrong use, 65 for what makes no\n"     \
    "sense, 66 when something named is not there, 69 when the data cannot be\n" \
    "used, 75 when it cannot be done now.\n"

static const struct admin_command {
    const char *name, *help;
    const char *usage;
    admin_session_run *run;
    struct admin_session_needs needs;
    unsigned takes;
    unsigned words_min, words_max;
    bool is_long; /* it may be interrupted, and ends well then */
} commands[] = {
    {"migrate",
     "bring the database up to this program",
     "usage: duan admin migrate [--status]\n\n"
     "Applies what this program adds to the tables; `duan serve` does the same when\n"
     "it starts.\n\n"
     "  --status            show which steps are applied and which are missing;\n"
     "                      ends with 1 when not all of them are as they should be\n" COMMON
     "Not beside a server; --status may be, and changes nothing. On a cluster\n"
     "(registry.etcd in the settings) every database is brought up, and services\n"
     "may run.\n" STATUSES,
     migrate_it,
     {ADMIN_DATABASE, ADMIN_ALL_ROWS | ADMIN_ANY_STEP, NULL, false},
     OPTION_STATUS,
     0,
     0,
     false},
    {"backup",
     "copy everything into one file, while a server runs",
     "usage: duan admin backup FILE\n\n"
     "Writes a pax archive (tar lists it): the database as it is at one moment, every\n"
     "file it names, the key of the tokens and duan.yaml. FILE appears when it is\n"
     "whole and on disk; one that is there already is not replaced. \"-\" is stdout.\n"
     "What is in it must be kept secret: the key, passwords' hashes, messages.\n" COMMON
     "May run beside a server; changes nothing. Meanwhile no videos can be\n"
     "removed.\n" NO_CLUSTER STATUSES
     "1: the backup is made, but files that the database names were not there.\n",
     backup,
     {ADMIN_FOLDER, 0, DUMPS, false},
     0,
     1,
     1,
     true},
    {"restore",
     "make a data folder from a backup",
     "usage: duan admin restore FILE --data DIR\n\n"
     "Checks every byte of a backup and makes DIR from it, which must be empty or not\n"
     "there. Whatever goes wrong, DIR is as it was. \"-\" is stdin.\n" COMMON
     "No server can run in DIR before it is whole.\n" NO_CLUSTER STATUSES,
     restore,
     {ADMIN_SETTINGS, 0, DUMPS, false},
     0,
     1,
     1,
     true},
    {"doctor",
     "find what is wrong, and repair what can be",
     "usage: duan admin doctor [--repair]\n\n"
     "Looks at everything: the pages of the database, every counter against what it\n"
     "counts, conversations, jobs, files that videos name, files nobody names,\n"
     "leftovers, the key, the disk. A line for each finding, and one that sums up.\n\n"
     "  --repair            counts anew, queues anew, removes what belongs to nothing;\n"
     "                      says each thing it did\n" COMMON IN_CLUSTER
     "May run beside a server, also with --repair; but not while a backup is made.\n"
     "1: something is wrong (with --repair: something is left).\n" STATUSES,
     doctor,
     {ADMIN_FOLDER, ADMIN_ALL_ROWS | ADMIN_READS_VIDEO, NULL, true},
     OPTION_REPAIR,
     0,
     0,
     true},
    {"users",
     "list accounts: ids, names, counts, who is banned",
     "usage: duan admin users [WORD]... [--limit N] [--banned]\n\n"
     "Lists accounts whose names hold all the words, in the order of ids.\n"
     "works: videos; likes: given; liked: likes that the videos have got.\n\n"
     "  --limit N           at most so many (50)\n"
     "  --banned            those alone that are banned\n" COMMON IN_CLUSTER
     "May run beside a server; changes nothing.\n" STATUSES,
     users,
     {ADMIN_SERVICES, ADMIN_USER_ROWS, NULL, false},
     OPTION_LIMIT | OPTION_BANNED,
     0,
     WORDS_MAX,
     false},
    {"passwd",
     "set a new password for an account",
     "usage: duan admin passwd USER\n\n"
     "Asks for a new password on the terminal, twice and without showing it, or\n"
     "reads one line of stdin. Every session of USER ends at once. USER is an id\n"
     "or a name; id:12 and name:12 say which when it could be either.\n" COMMON BESIDE STATUSES,
     passwd,
     {ADMIN_SERVICES, ADMIN_CALLS_USER, NULL, false},
     0,
     1,
     1,
     false},
    {"ban",
     "end all sessions of an account, and refuse its login",
     "usage: duan admin ban USER [--reason TEXT]\n\n"
     "Ends every session of USER at once and refuses to log in. What USER has\n"
     "published stays; `duan admin delete-video` removes it. USER is an id or a\n"
     "name; id:12 and name:12 say which when it could be either.\n\n"
     "  --reason TEXT       told to USER, who knows the password\n" COMMON BESIDE STATUSES,
     ban,
     {ADMIN_SERVICES, ADMIN_CALLS_USER, NULL, false},
     OPTION_REASON,
     1,
     1,
     false},
    {"unban",
     "let an account in again",
     "usage: duan admin unban USER\n\nUSER, an id or a name, may log in again.\n" COMMON BESIDE
         STATUSES,
     unban,
     {ADMIN_SERVICES, ADMIN_CALLS_USER, NULL, false},
     0,
     1,
     1,
     false},
    {"delete-video",
     "remove a video and all that belongs to it",
     "usage: duan admin delete-video ID\n\n"
     "Removes the video, its comments, its jobs and its files; it is in no list any\n"
     "more. Likes stay counted for those who gave them, and no longer for its\n"
     "author. There is no way back but a backup.\n" COMMON BESIDE
     "While a backup is being made it refuses.\n" STATUSES,
     delete_video,
     {ADMIN_SERVICES, ADMIN_CALLS_VIDEO | ADMIN_OBJECTS, NULL, false},
     0,
     1,
     1,
     false},
    {"reports",
     "look at what people reported, hide it or dismiss it",
     "usage: duan admin reports list [--all] [--limit N]\n"
     "       duan admin reports show|hide|restore|dismiss ID [--reason TEXT]\n\n"
     "list      the newest reports that are open\n"
     "show      one of them: what it is about, and what was done and by whom\n"
     "hide      takes what was reported out of every list, page and file for all\n"
     "          but who made it, and settles all reports of it\n"
     "restore   shows it again\n"
     "dismiss   settles all reports of it; nothing is hidden\n\n"
     "  --all               list those that are settled, too\n"
     "  --limit N           at most so many (50)\n"
     "  --reason TEXT       kept with the deed; who made a video that is hidden\n"
     "                      reads it\n" COMMON BESIDE STATUSES,
     reports,
     {ADMIN_SERVICES, ADMIN_CALLS_USER | ADMIN_CALLS_VIDEO | ADMIN_CALLS_COMMENT, NULL, false},
     OPTION_ALL | OPTION_LIMIT | OPTION_REASON,
     1,
     2,
     false},
    {"jobs",
     "list what waits, runs and has failed for good",
     "usage: duan admin jobs [--dead]\n\n"
     "Lists jobs: what they are about, how old they are, how often they were\n"
     "tried, when they are due, and what went wrong last.\n\n"
     "  --dead              those alone that have failed for good\n" COMMON IN_CLUSTER
     "May run beside a server; changes nothing.\n" STATUSES,
     jobs,
     {ADMIN_SERVICES, ADMIN_VIDEO_ROWS, NULL, false},
     OPTION_DEAD,
     0,
     0,
     false},
    {"retry-job",
     "run a dead or waiting job now",
     "usage: duan admin retry-job ID\n\n"
     "A dead job gets all its attempts again, a waiting one need not wait any\n"
     "longer: a running server takes it up, or the next one that starts.\n" COMMON BESIDE STATUSES,
     retry_job,
     {ADMIN_SERVICES, ADMIN_VIDEO_ROWS, NULL, false},
     0,
     1,
     1,
     false},
};

static void print_help(FILE *out)
{
    (void)fputs("usage: duan admin COMMAND [OPTION]...\n\n", out);
    for (size_t i = 0; i < COUNT(commands); i++)
        (void)fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].help);
    (void)fputs("\nduan admin COMMAND --help tells more.\n", out);
}

static const struct admin_command *find(const char *name)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int run(struct ctx *c, const struct options *o)
{
    const struct admin_command *command = o->self;

    if (command->is_long)
        interrupts_hold();
    return admin_session_do(c, o, &command->needs, command->run);
}

/* The command's name in messages is all of it: "duan admin ban". */
static int run_command(int argc, char **argv, const struct admin_command *command)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "duan admin %s", command->name);
    argv[0] = name;
    return options_run(argc, argv,
                       &(struct options_command){.usage = command->usage,
                                                 .run = run,
                                                 .self = command,
                                                 .takes = command->takes,
                                                 .words_min = command->words_min,
                                                 .words_max = command->words_max});
}

static bool asks_for_help(const char *text)
{
    return strcmp(text, "help") == 0 || strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0;
}

int command_admin(int argc, char **argv)
{
    const struct admin_command *command = argc > 1 ? find(argv[1]) : NULL;

    if (command)
        return run_command(argc - 1, argv + 1, command);
    if (argc > 1 && asks_for_help(argv[1])) {
        print_help(stdout);
        return 0;
    }
    if (argc > 1)
        (void)fprintf(stderr, "duan admin: there is no command \"%s\"\n\n", argv[1]);
    print_help(stderr);
    return EXIT_WRONG_USE;
}
