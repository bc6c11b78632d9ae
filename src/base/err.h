/* Failures as values: what went wrong, where, and because of what. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ERR_H
#define ERR_H

#include "ctx.h"

/* Same meanings and numbers as the gRPC status codes, so they cross the wire unchanged. */
enum err_code {
    ERR_CANCELLED = 1,
    ERR_INVALID = 3,
    ERR_TIMEOUT = 4,
    ERR_NOT_FOUND = 5,
    ERR_EXISTS = 6,
    ERR_FORBIDDEN = 7,
    ERR_EXHAUSTED = 8,
    ERR_PRECONDITION = 9,
    ERR_ABORTED = 10,
    ERR_UNIMPLEMENTED = 12,
    ERR_INTERNAL = 13,
    ERR_UNAVAILABLE = 14,
    ERR_DATA_LOSS = 15, /* what was stored cannot be read any more */
    ERR_UNAUTHENTICATED = 16,
};

/*
 * A failure. NULL means success. Lives in the request's arena, so it is never freed.
 * Each layer may add what it knew; only the edge logs it, once.
 */
struct err {
    enum err_code code;
    const char *reason; /* stable token for machines, "video_not_found"; NULL: the code says it */
    const char *msg;    /* the root's message may be shown to the user: no secrets in it */
    const char *where;  /* "file.c:123" */
    const struct err *cause;
    int retry_after_s; /* when it makes sense to try again; 0: not known */
};

#define ERR_LINE_(n) #n
#define ERR_LINE(n) ERR_LINE_(n)
#define ERR_HERE __FILE__ ":" ERR_LINE(__LINE__)

#define err_new(c, code_, ...) err_make((c), ERR_HERE, &(struct err){.code = (code_)}, __VA_ARGS__)
#define err_reason(c, code_, reason_, ...) \
    err_make((c), ERR_HERE, &(struct err){.code = (code_), .reason = (reason_)}, __VA_ARGS__)
/* What the kernel refused: a full disk is ERR_EXHAUSTED with the reason ERR_DISK_FULL. */
#define err_errno(c, errno_, ...)                                                               \
    err_make((c), ERR_HERE,                                                                     \
             &(struct err){.code = err_errno_code(errno_), .reason = err_errno_reason(errno_)}, \
             __VA_ARGS__)

/* Code and reason stay those of the cause. */
#define err_wrap(c, cause_, ...) \
    err_make((c), ERR_HERE, &(struct err){.cause = (cause_)}, __VA_ARGS__)
struct err *err_make(struct ctx *c, const char *where, const struct err *what, const char *fmt, ...)
    PRINTF(4, 5);

enum err_code err_errno_code(int number);
const char *err_errno_reason(int number);
extern const char ERR_DISK_FULL[];

/* "load feed: video 7: connection refused" */
const char *err_text(struct ctx *c, const struct err *e);

/* The failure everything began with. */
const struct err *err_root(const struct err *e);

/* "not_found" and so on: for logs, metrics and replies. */
const char *err_code_name(enum err_code code);

/* Return early with the failure. Safe anywhere: memory is the arena's to release. */
#define TRY(expr)                  \
    __extension__({                \
        struct err *try_ = (expr); \
        if (try_)                  \
            return try_;           \
    })

#endif
