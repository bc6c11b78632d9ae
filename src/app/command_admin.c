/* duan admin: what an operator does to a data folder. One row for each command. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "admin_session.h"
#include "commands.h"
#include "config.h"
#include "job_list.h"
#include "new_password.h"
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

/* ---- the table ---- */

#define COMMON                                                                \
    "\n"                                                                      \
    "  --data DIR          the data folder\n"                                 \
    "  --config FILE       settings in YAML (duan.yaml in the data folder)\n" \
    "  --set name=value    one setting; `duan config` lists them\n"           \
    "\n"
#define BESIDE "May run beside a server, which sees the change at once.\n"
#define STATUSES                                                                \
    "Ends with 0 when it is done, 64 for wrong use, 65 for what makes no\n"     \
    "sense, 66 when something named is not there, 69 when the data cannot be\n" \
    "used, 75 when it cannot be done now.\n"

static const struct admin_command {
    const char *name, *help;
    const char *usage;
    admin_session_run *run;
    enum admin_session_depth depth;
    unsigned takes;
    size_t words_min, words_max;
} commands[] = {
    {"users", "list accounts: ids, names, counts, who is banned",
     "usage: duan admin users [WORD]... [--limit N] [--banned]\n\n"
     "Lists accounts whose names hold all the words, in the order of ids.\n"
     "works: videos; likes: given; liked: likes that the videos have got.\n\n"
     "  --limit N           at most so many (50)\n"
     "  --banned            those alone that are banned\n" COMMON
     "May run beside a server; changes nothing.\n" STATUSES,
     users, ADMIN_SERVICES, OPTION_LIMIT | OPTION_BANNED, 0, WORDS_MAX},
    {"passwd", "set a new password for an account",
     "usage: duan admin passwd USER\n\n"
     "Asks for a new password on the terminal, twice and without showing it, or\n"
     "reads one line of stdin. Every session of USER ends at once. USER is an id\n"
     "or a name; id:12 and name:12 say which when it could be either.\n" COMMON BESIDE STATUSES,
     passwd, ADMIN_SERVICES, 0, 1, 1},
    {"ban", "end all sessions of an account, and refuse its login",
     "usage: duan admin ban USER [--reason TEXT]\n\n"
     "Ends every session of USER at once and refuses to log in. What USER has\n"
     "published stays; `duan admin delete-video` removes it. USER is an id or a\n"
     "name; id:12 and name:12 say which when it could be either.\n\n"
     "  --reason TEXT       told to USER, who knows the password\n" COMMON BESIDE STATUSES,
     ban, ADMIN_SERVICES, OPTION_REASON, 1, 1},
    {"unban", "let an account in again",
     "usage: duan admin unban USER\n\nUSER, an id or a name, may log in again.\n" COMMON BESIDE
         STATUSES,
     unban, ADMIN_SERVICES, 0, 1, 1},
    {"delete-video", "remove a video and all that belongs to it",
     "usage: duan admin delete-video ID\n\n"
     "Removes the video, its comments, its jobs and its files; it is in no list any\n"
     "more. Likes stay counted for those who gave them, and no longer for its\n"
     "author. There is no way back but a backup.\n" COMMON BESIDE
     "While a backup is being made it refuses.\n" STATUSES,
     delete_video, ADMIN_SERVICES, 0, 1, 1},
    {"jobs", "list what waits, runs and has failed for good",
     "usage: duan admin jobs [--dead]\n\n"
     "Lists jobs: what they are about, how old they are, how often they were\n"
     "tried, when they are due, and what went wrong last.\n\n"
     "  --dead              those alone that have failed for good\n" COMMON
     "May run beside a server; changes nothing.\n" STATUSES,
     jobs, ADMIN_SERVICES, OPTION_DEAD, 0, 0},
    {"retry-job", "run a dead or waiting job now",
     "usage: duan admin retry-job ID\n\n"
     "A dead job gets all its attempts again, a waiting one need not wait any\n"
     "longer: a running server takes it up, or the next one that starts.\n" COMMON BESIDE STATUSES,
     retry_job, ADMIN_SERVICES, 0, 1, 1},
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

    return admin_session_do(c, o, command->depth, command->run);
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
