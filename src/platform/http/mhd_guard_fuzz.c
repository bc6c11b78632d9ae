/* Fuzz target: the guard against a library that takes what it likes. The input is a head from its
 * version on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "mhd_guard.h"

enum { LINES_MAX = 128 };

/* The head as the library parsed it, in place: NULs where colons and line ends were. */
struct MHD_Connection {
    struct {
        const char *name, *value;
        size_t name_len, value_len;
    } at[LINES_MAX];
    size_t count;
    union MHD_ConnectionInfo info;
};

/* ---- ours instead of the library's ---- */

const union MHD_ConnectionInfo *MHD_get_connection_info(struct MHD_Connection *conn,
                                                        enum MHD_ConnectionInfoType type, ...)
{
    return type == MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE ? &conn->info : NULL;
}

int MHD_get_connection_values_n(struct MHD_Connection *conn, enum MHD_ValueKind kind,
                                MHD_KeyValueIteratorN fn, void *arg)
{
    for (size_t i = 0; i < conn->count; i++)
        if (fn(arg, kind, conn->at[i].name, conn->at[i].name_len, conn->at[i].value,
               conn->at[i].value_len) == MHD_NO)
            return (int)i;
    return (int)conn->count;
}

/* CR LF or LF: both end a line for the library, a CR alone does not. NULL: the line has no end. */
static char *next_line(char **at, const char *end)
{
    char *line = *at, *lf = memchr(line, '\n', (size_t)(end - line));

    if (!lf)
        return NULL;
    *lf = '\0';
    if (lf > line && lf[-1] == '\r')
        lf[-1] = '\0';
    *at = lf + 1;
    return line;
}

static void add(struct MHD_Connection *conn, char *line)
{
    char *colon = strchr(line, ':'), *value = colon ? colon + 1 : NULL;

    if (conn->count == LINES_MAX)
        return;
    if (colon)
        *colon = '\0';
    while (value && (*value == ' ' || *value == '\t'))
        value++;
    conn->at[conn->count].name = line;
    conn->at[conn->count].name_len = strlen(line);
    conn->at[conn->count].value = value;
    conn->at[conn->count++].value_len = value ? strlen(value) : 0;
}

/* Up to the empty line, as the library reads a head; false: it never ends. */
static bool parse(const char *method, char *text, const char *end, struct MHD_Connection *conn)
{
    char *line;

    if (!next_line(&text, end))
        return false;
    while ((line = next_line(&text, end)) != NULL && *line)
        add(conn, line);
    conn->info.header_size = (size_t)(text - method);
    return line != NULL;
}

/* ---- what RFC 9112 allows, looked at anew in the bytes as they were sent ---- */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char b = s.ptr[i];

        if (!(b >= '0' && b <= '9') && !(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') &&
            (!b || !strchr("!#$%&'*+-.^_`|~", b)))
            return false;
    }
    return s.len > 0;
}

struct seen {
    int hosts, lengths, transfers;
};

static void check_field(struct str line, struct seen *seen)
{
    struct str name = str_cut(&line, ':');
    int64_t length;

    FUZZ_CHECK(is_name(name));
    FUZZ_CHECK(!line.len ||
               (!memchr(line.ptr, '\0', line.len) && !memchr(line.ptr, '\n', line.len) &&
                !memchr(line.ptr, '\r', line.len)));
    seen->hosts += str_eq_nocase(name, STR("host"));
    if (str_eq_nocase(name, STR("content-length"))) {
        seen->lengths++;
        FUZZ_CHECK(str_to_i64(str_trim(line), &length) && length >= 0);
    }
    if (str_eq_nocase(name, STR("transfer-encoding"))) {
        seen->transfers++;
        FUZZ_CHECK(str_eq_nocase(str_trim(line), STR("chunked")));
    }
}

/* CR and LF are NULs once they were parsed, so a NUL of the client's can stand for either. */
static bool ends_line(struct str s, size_t i)
{
    return i < s.len && (s.ptr[i] == '\r' || s.ptr[i] == '\n' || s.ptr[i] == '\0');
}

/* One line without its end: two bytes. */
static struct str take_line(struct str *rest)
{
    size_t len = 0;

    while (len < rest->len && !ends_line(*rest, len))
        len++;
    FUZZ_CHECK(ends_line(*rest, len) && ends_line(*rest, len + 1));
    struct str line = {rest->ptr, len};

    *rest = str_from(*rest, len + 2);
    return line;
}

/* Every line has its end, the last one is empty, and framing is said once. */
static void check_accepted(struct str sent)
{
    struct seen seen = {0};
    struct str line = take_line(&sent);
    bool old = str_eq(line, STR("HTTP/1.0"));

    FUZZ_CHECK(old || str_eq(line, STR("HTTP/1.1")));
    while ((line = take_line(&sent)).len)
        check_field(line, &seen);
    FUZZ_CHECK(seen.hosts == 1 || (old && !seen.hosts));
    FUZZ_CHECK(seen.lengths + seen.transfers <= 1 && !(old && seen.transfers));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str sent = {(const char *)data, size};
    struct MHD_Connection conn = {.count = 0};
    struct mhd_head head;
    /* Before it a target that ended in a blank. Behind it what the library's buffer has: NULs. */
    char *text = arena_array(&arena, char, size + 6);

    if (size)
        memcpy(text + 2, data, size);
    if (parse(text, text + 2, text + 2 + size, &conn)) {
        mhd_guard_check(&conn, text, text + 1, text + 2, &head);
        if (!head.refused)
            check_accepted(sent);
    }
    arena_fini(&arena);
    return 0;
}
