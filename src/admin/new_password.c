/* Passwords from the terminal: read without echo, wiped after use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "new_password.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "accounts.h"
#include "limits.h"
#include "passwords.h"
#include "user_api.h"

/* Longer ones are refused, and never cut: room for one byte too many, and the end of the line. */
enum { LINE_MAX_BYTES = PASSWORD_MAX_BYTES + 2 };

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
};

static void wipe(struct line *line)
{
    explicit_bzero(line, sizeof(*line));
}

/* Byte by byte: nothing behind the line is taken, and nothing stays in a buffer of stdio. */
static struct err *read_line(struct ctx *c, struct line *line)
{
    char byte = 0;
    ssize_t got;

    line->len = 0;
    while ((got = read(STDIN_FILENO, &byte, 1)) == 1 && byte != '\n') {
        if (line->len == sizeof(line->bytes) - 1)
            return err_new(c, ERR_INVALID, "the password has more than %d bytes",
                           PASSWORD_MAX_BYTES);
        line->bytes[line->len++] = byte;
    }
    if (got < 0)
        return err_new(c, ERR_UNAVAILABLE, "the password cannot be read: %s", strerror(errno));
    if (line->len && line->bytes[line->len - 1] == '\r')
        line->len--;
    return line->len ? NULL : err_new(c, ERR_INVALID, "no password came");
}

static void notice(int signal)
{
    (void)signal;
}

/* Ctrl-C ends the reading, not the program: the terminal is never left mute. */
static struct err *read_unseen(struct ctx *c, struct line *line)
{
    const struct sigaction interrupt = {.sa_handler = notice}; /* without SA_RESTART */
    struct sigaction before;

    (void)sigaction(SIGINT, &interrupt, &before);
    struct err *e = read_line(c, line);

    (void)sigaction(SIGINT, &before, NULL);
    return e;
}

static struct err *ask(struct ctx *c, const char *prompt, struct line *line)
{
    struct termios shown, hidden;

    if (tcgetattr(STDIN_FILENO, &shown) != 0)
        return err_new(c, ERR_UNAVAILABLE, "the terminal cannot be used: %s", strerror(errno));
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    (void)fputs(prompt, stderr);
    struct err *e = read_unseen(c, line);

    (void)fputs("\n", stderr);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    return e;
}

static struct err *ask_twice(struct ctx *c, struct line *line)
{
    struct line again = {0};

    TRY(ask(c, "New password: ", line));
    struct err *e = ask(c, "The same again: ", &again);

    if (!e && (again.len != line->len || memcmp(again.bytes, line->bytes, line->len) != 0))
        e = err_new(c, ERR_INVALID, "the two are not the same; nothing was changed");
    wipe(&again);
    return e;
}

static struct err *hash(struct ctx *c, int cost, const struct line *line, struct str *out)
{
    struct passwords *p = NULL;

    TRY(passwords_create(c, cost, &p));
    struct err *e = passwords_hash(p, c, (struct str){line->bytes, line->len}, out);

    passwords_destroy(p);
    return e;
}

struct err *new_password_set(const struct admin *a, struct ctx *c, struct str who, int bcrypt_cost)
{
    struct user_set_password_req req = {0};
    struct user_set_password_resp done = {0};
    struct line line = {0};

    TRY(accounts_find(a, c, who, &req.id));
    struct err *e = isatty(STDIN_FILENO) ? ask_twice(c, &line) : read_line(c, &line);

    if (!e)
        e = hash(c, bcrypt_cost, &line, &req.password_hash);
    wipe(&line);
    TRY(e);
    TRY(user_set_password(a->users, c, &req, &done));
    (void)fprintf(a->out, "User %" PRId64 " has a new password; all sessions have ended.\n",
                  req.id);
    return NULL;
}
