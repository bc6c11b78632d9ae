/* Parsing the place of a MySQL database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_place.h"

#include <stdlib.h>

static const struct str SCHEME = STR_INIT("mysql://");

/* The texts of a place lie in one piece behind it, so that one call wipes them. */
struct kept {
    struct mysql_place place; /* first */
    size_t size, used;
    char text[];
};

bool mysql_place_is(struct str text)
{
    return str_starts(text, SCHEME);
}

void mysql_place_free(struct mysql_place *place)
{
    struct kept *kept = (struct kept *)place;

    if (!kept)
        return;
    explicit_bzero(kept->text, kept->size);
    free(kept);
}

static const char *keep(struct kept *k, struct str s)
{
    char *at = k->text + k->used;

    if (s.len)
        memcpy(at, s.ptr, s.len);
    at[s.len] = '\0';
    k->used += s.len + 1;
    return at;
}

static int hex(char digit)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = memchr(digits, digit, sizeof(digits) - 1);

    return !at ? -1 : at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

/* With %XX made bytes; NULL: not well formed, or a NUL in it. */
static const char *keep_decoded(struct kept *k, struct str s)
{
    char *at = k->text + k->used;
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        at[n] = s.ptr[i];
        if (s.ptr[i] == '%') {
            int high = i + 2 < s.len ? hex(s.ptr[i + 1]) : -1;
            int low = i + 2 < s.len ? hex(s.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return NULL;
            at[n] = (char)(high * 16 + low);
            i += 2;
        }
        if (at[n++] == '\0')
            return NULL;
    }
    at[n] = '\0';
    k->used += n + 1;
    return at;
}

/* The last '@' ends it, so a password may have one. */
static struct err *parse_login(struct kept *k, struct ctx *c, struct str *rest)
{
    const char *at = rest->len ? memrchr(rest->ptr, '@', rest->len) : NULL;

    if (!at)
        return err_new(c, ERR_INVALID, "a place of a database has USER:PASSWORD@ before its host");
    struct str password = {rest->ptr, (size_t)(at - rest->ptr)};
    struct str user = str_cut(&password, ':');

    *rest = str_from(*rest, (size_t)(at - rest->ptr) + 1);
    k->place.user = keep_decoded(k, user);
    k->place.password = keep_decoded(k, password);
    if (!k->place.user || !k->place.password || !*k->place.user)
        return err_new(c, ERR_INVALID, "user or password of a database are not well formed");
    return NULL;
}

/* HOST, HOST:PORT or [ADDRESS]:PORT. */
static struct err *parse_host(struct kept *k, struct ctx *c, struct str text)
{
    int64_t port = MYSQL_USUAL_PORT;
    struct str host;

    if (str_starts(text, STR("["))) {
        text = str_from(text, 1);
        host = str_cut(&text, ']');
        text = str_from(text, 1);
    } else {
        host = str_cut(&text, ':');
    }
    if (text.len && (!str_to_i64(text, &port) || port < 1 || port > 65535))
        return err_new(c, ERR_INVALID, "the port of a database is a number up to 65535");
    if (!host.len)
        return err_new(c, ERR_INVALID, "a place of a database names its host");
    k->place.host = keep(k, host);
    k->place.port = (unsigned)port;
    return NULL;
}

/* Letters, digits and _, so that it needs no quotes anywhere. */
static bool is_plain(char ch)
{
    return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
           ch == '_';
}

static struct err *parse_database(struct kept *k, struct ctx *c, struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_plain(name.ptr[i]))
            return err_new(c, ERR_INVALID, "the name of a database has letters, digits and _");
    if (!name.len || name.len > MYSQL_DATABASE_MAX)
        return err_new(c, ERR_INVALID, "the name of a database has 1 to %d characters",
                       MYSQL_DATABASE_MAX);
    k->place.database = keep(k, name);
    return NULL;
}

static struct err *parse_option(struct kept *k, struct ctx *c, struct str pair)
{
    const struct {
        struct str name;
        const char **to;
    } known[] = {{STR("tls_ca"), &k->place.tls_ca},
                 {STR("tls_cert"), &k->place.tls_cert},
                 {STR("tls_key"), &k->place.tls_key}};
    struct str value = pair, name = str_cut(&value, '=');

    for (size_t i = 0; i < COUNT(known); i++)
        if (str_eq(name, known[i].name)) {
            *known[i].to = keep(k, value);
            return NULL;
        }
    return err_new(c, ERR_INVALID, "a place of a database has no option \"" STR_FMT "\"",
                   STR_ARG(name));
}

static struct err *parse(struct kept *k, struct ctx *c, struct str text)
{
    struct str options = str_from(text, SCHEME.len), database, host;

    /* The login may hold any character, so look for the path behind it. */
    TRY(parse_login(k, c, &options));
    database = str_cut(&options, '?');
    host = str_cut(&database, '/');
    TRY(parse_host(k, c, host));
    TRY(parse_database(k, c, database));
    while (options.len)
        TRY(parse_option(k, c, str_cut(&options, '&')));
    if (!k->place.tls_ca && (k->place.tls_cert || k->place.tls_key))
        return err_new(c, ERR_INVALID, "tls_cert and tls_key of a database need tls_ca");
    k->place.shown = keep(k, arena_str(c->arena, "mysql://%s@%s:%u/%s", k->place.user,
                                       k->place.host, k->place.port, k->place.database));
    return NULL;
}

struct err *mysql_place_parse(struct ctx *c, struct str text, struct mysql_place **out)
{
    size_t size = 2 * text.len + 64; /* all parts with their ends, and the place as shown */
    struct kept *k = calloc(1, sizeof(*k) + size);

    if (!k)
        abort();
    k->size = size;
    struct err *e = parse(k, c, text);
    if (e) {
        mysql_place_free(&k->place);
        return e;
    }
    *out = &k->place;
    return NULL;
}
