/* Logs: what a line says, and how it leaves the process without ever holding it up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "log_style.h"

/* A reader that is merely slow gets this long, once, before its lines are dropped. */
enum { STALL_MS = 100, FIXED_FIELDS = 3, HEX_MAX = 48 };

const char *const log_level_names[] = {"debug", "info", "warn", "error", NULL};
const char *const log_format_names[] = {"auto", "json", "text", NULL};

struct log {
    int fd; /* borrowed */
    bool may_block;
    bool colour;
    size_t line_max;
    const struct log_style *style;
    struct log_field fixed[FIXED_FIELDS];
    size_t fixed_count;
    struct arena arena;
    atomic_int level;
    atomic_bool stalled; /* the last line found no room */
    atomic_bool torn;    /* part of a line was taken: the next begins by ending it */
    atomic_uint_fast64_t dropped;
};

/* Into a pipe, only PIPE_BUF bytes are sure to go in one piece; one is for ending a torn line. */
static void look_at_fd(struct log *l)
{
    struct stat st = {0};
    bool known = fstat(l->fd, &st) == 0;

    l->may_block = !known || !S_ISREG(st.st_mode);
    l->line_max = known && S_ISFIFO(st.st_mode) ? PIPE_BUF - 1 : LOG_LINE_MAX;
}

static void add_fixed(struct log *l, const char *key, const char *text)
{
    if (text)
        l->fixed[l->fixed_count++] = (struct log_field){
            .key = key, .kind = LOG_FIELD_STR, .text = arena_copy(&l->arena, str_of(text))};
}

struct log *log_open(const struct log_options *options)
{
    struct log *l = calloc(1, sizeof(*l));

    if (!l)
        abort();
    bool terminal = isatty(options->fd) == 1;
    bool text =
        options->format == LOG_FORMAT_TEXT || (options->format == LOG_FORMAT_AUTO && terminal);

    l->fd = options->fd;
    l->style = text ? &log_style_text : &log_style_json;
    l->colour = text && terminal;
    atomic_init(&l->level, (int)options->level);
    look_at_fd(l);
    if (l->style->fixed_fields) {
        add_fixed(l, "service.name", options->service);
        add_fixed(l, "service.version", options->version);
        add_fixed(l, "service.node.name", options->node);
    }
    return l;
}

void log_close(struct log *l)
{
    if (!l)
        return;
    arena_fini(&l->arena);
    free(l);
}

void log_set_level(struct log *l, enum log_level level)
{
    atomic_store_explicit(&l->level, (int)level, memory_order_relaxed);
}

bool log_enabled(const struct log *l, enum log_level level)
{
    return (int)level >= atomic_load_explicit(&l->level, memory_order_relaxed);
}

uint64_t log_dropped(const struct log *l)
{
    return atomic_load_explicit(&l->dropped, memory_order_relaxed);
}

static void put(struct log *l, struct log_line *line, struct log_field f)
{
    size_t before = line->len;

    if (f.kind == LOG_FIELD_STR && str_starts(str_of(f.key), STR("url."))) {
        f.text = str_cut(&f.text, '?');
        f.text = str_cut(&f.text, '#');
    }
    l->style->field(line, &f);
    log_line_settle(line, before);
}

/* Of each failure of the chain its message or its place; one byte more than a value may have, so
 * that a longer one is seen to be cut. */
static struct str chain(const struct err *e, bool places, char buffer[LOG_VALUE_MAX + 2])
{
    size_t len = 0, room = LOG_VALUE_MAX + 1;

    for (; e && len < room; e = e->cause) {
        const char *text = places ? e->where : e->msg;
        const char *between = len == 0 ? "" : places ? "\n" : ": ";
        int n = snprintf(buffer + len, room + 1 - len, "%s%s", between, text ? text : "");

        len = n > 0 && (size_t)n < room - len ? len + (size_t)n : room;
    }
    return (struct str){buffer, len};
}

static void put_err(struct log *l, struct log_line *line, const struct err *e)
{
    char buffer[LOG_VALUE_MAX + 2];

    if (!e)
        return;
    put(l, line, log_str("error.code", str_of(e->reason ? e->reason : err_code_name(e->code))));
    put(l, line, log_str("error.type", str_of(err_code_name(e->code))));
    put(l, line, log_str("error.message", chain(e, false, buffer)));
    put(l, line, log_str("error.stack_trace", chain(e, true, buffer)));
}

static void put_ctx(struct log *l, struct log_line *line, const struct ctx *c)
{
    char hex[HEX_MAX];

    if (c->trace.high || c->trace.low) {
        (void)snprintf(hex, sizeof(hex), "%016" PRIx64 "%016" PRIx64, c->trace.high, c->trace.low);
        put(l, line, log_str("trace.id", str_of(hex)));
        (void)snprintf(hex, sizeof(hex), "%016" PRIx64, c->trace.span);
        put(l, line, log_str("span.id", str_of(hex)));
    }
    if (c->request_id.len)
        put(l, line, log_str("http.request.id", c->request_id));
    if (c->user_id) {
        (void)snprintf(hex, sizeof(hex), "%" PRId64, c->user_id); /* ids are keywords in ECS */
        put(l, line, log_str("user.id", str_of(hex)));
    }
}

/* Is there room for a line, now or soon? */
static bool writable(struct log *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLOUT};
    bool stalled = atomic_load_explicit(&l->stalled, memory_order_relaxed);
    int ready;

    do
        ready = poll(&p, 1, stalled ? 0 : STALL_MS);
    while (ready < 0 && errno == EINTR);
    bool ok = ready > 0 && (p.revents & POLLOUT) != 0;

    atomic_store_explicit(&l->stalled, !ok, memory_order_relaxed);
    return ok;
}

static bool write_once(struct log *l, struct str text)
{
    ssize_t n;

    do
        n = write(l->fd, text.ptr, text.len);
    while (n < 0 && errno == EINTR);
    if (n > 0 && (size_t)n < text.len)
        atomic_store_explicit(&l->torn, true, memory_order_relaxed);
    return n == (ssize_t)text.len;
}

static void send_line(struct log *l, const struct log_line *line)
{
    struct str whole = {line->text, line->len + 1};
    bool sent = false;

    if (!l->may_block || writable(l)) {
        bool torn = atomic_exchange_explicit(&l->torn, false, memory_order_relaxed);

        sent = write_once(l, torn ? whole : str_from(whole, 1));
        if (torn && !sent)
            atomic_store_explicit(&l->torn, true, memory_order_relaxed);
    }
    if (!sent)
        atomic_fetch_add_explicit(&l->dropped, 1, memory_order_relaxed);
}

void log_write(struct log *l, enum log_level level, const struct ctx *c, const char *message,
               const struct log_field *fields, size_t count)
{
    struct log_line line;
    int saved = errno; /* to log must not change what the caller is about to report */

    if (!log_enabled(l, level))
        return;
    line.len = 0;
    line.max = l->line_max;
    line.full = line.cut = false;
    line.colour = l->colour;
    line.text[0] = '\n';
    l->style->begin(&line, level, clock_wall_ms(), message);
    for (size_t i = 0; i < l->fixed_count; i++)
        put(l, &line, l->fixed[i]);
    if (c)
        put_ctx(l, &line, c);
    for (size_t i = 0; i < count; i++)
        if (fields[i].kind == LOG_FIELD_ERR)
            put_err(l, &line, fields[i].err);
        else
            put(l, &line, fields[i]);
    l->style->end(&line);
    send_line(l, &line);
    errno = saved;
}
