/* Failures as values: making and reading them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_MAX = 512 };

struct err *err_make(struct ctx *c, const char *where, const struct err *what, const char *fmt, ...)
{
    struct err *e = arena_new(c->arena, struct err);
    char msg[MESSAGE_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    *e = *what;
    e->where = where;
    e->msg = arena_copy(c->arena, str_of(msg)).ptr;
    if (what->cause) {
        e->code = what->cause->code;
        e->reason = what->cause->reason;
        e->retry_after_s = what->cause->retry_after_s;
    }
    return e;
}

const char ERR_DISK_FULL[] = "disk_full";

const char *err_errno_reason(int number)
{
    return number == ENOSPC || number == EDQUOT ? ERR_DISK_FULL : NULL;
}

enum err_code err_errno_code(int number)
{
    switch (number) {
    case ENOENT:
        return ERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return ERR_EXHAUSTED;
    default:
        return ERR_UNAVAILABLE;
    }
}

const char *err_text(struct ctx *c, const struct err *e)
{
    const char *text = e->msg;

    while ((e = e->cause) != NULL)
        text = arena_printf(c->arena, "%s: %s", text, e->msg);
    return text;
}

const struct err *err_root(const struct err *e)
{
    while (e->cause)
        e = e->cause;
    return e;
}

const char *err_code_name(enum err_code code)
{
    static const char *const names[] = {
        [ERR_CANCELLED] = "cancelled", [ERR_INVALID] = "invalid",
        [ERR_TIMEOUT] = "timeout",     [ERR_NOT_FOUND] = "not_found",
        [ERR_EXISTS] = "exists",       [ERR_FORBIDDEN] = "forbidden",
        [ERR_EXHAUSTED] = "exhausted", [ERR_PRECONDITION] = "precondition",
        [ERR_ABORTED] = "aborted",     [ERR_UNIMPLEMENTED] = "unimplemented",
        [ERR_INTERNAL] = "internal",   [ERR_UNAVAILABLE] = "unavailable",
        [ERR_DATA_LOSS] = "data_loss", [ERR_UNAUTHENTICATED] = "unauthenticated",
    };

    return (size_t)code < COUNT(names) && names[code] ? names[code] : "unknown";
}
