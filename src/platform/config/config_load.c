/* The sources of settings: a file, the environment, the command line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct err *config_load_yaml(struct config *f, struct ctx *c, const char *place, struct str text)
{
    struct config_batch b;

    if (text.len > CONFIG_FILE_MAX)
        return err_new(c, ERR_INVALID, "%s: longer than %d bytes", place, CONFIG_FILE_MAX);
    config_batch_init(&b, f, c, CONFIG_YAML);
    config_yaml_read(&b, place, text);
    return config_batch_commit(&b);
}

static struct err *cannot(struct ctx *c, const char *path, const char *what)
{
    return err_new(c, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE, "%s: cannot %s: %s", path,
                   what, strerror(errno));
}

/* Up to one byte more than allowed, so that a longer one is seen to be. */
static struct err *read_all(struct ctx *c, const char *path, int fd, struct str *out)
{
    char *text = arena_bytes(c->arena, CONFIG_FILE_MAX + 1);
    size_t len = 0;

    while (len <= CONFIG_FILE_MAX) {
        ssize_t n = read(fd, text + len, CONFIG_FILE_MAX + 1 - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cannot(c, path, "read");
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *out = (struct str){text, len};
    return NULL;
}

struct err *config_load_file(struct config *f, struct ctx *c, const char *path)
{
    struct str text = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return cannot(c, path, "open");
    struct err *e = read_all(c, path, fd, &text);

    (void)close(fd);
    return e ? e : config_load_yaml(f, c, path, text);
}

static bool contains(const char *const *list, struct str name)
{
    for (; list && *list; list++)
        if (str_eq(str_of(*list), name))
            return true;
    return false;
}

/* DUAN_SERVICE_HOST, DUAN_PORT_8080_TCP and so on: what Kubernetes tells each container about a
 * service named duan ("Accessing the Service", environment variables). */
static bool is_service_link(struct str variable, struct str value)
{
    static const char *const marks[] = {"_SERVICE_HOST", "_SERVICE_PORT", "_TCP", "_UDP", "_SCTP"};

    if (str_ends(variable, STR("_PORT")))
        return value.len && memmem(value.ptr, value.len, "://", 3);
    for (size_t i = 0; i < COUNT(marks); i++)
        if (memmem(variable.ptr, variable.len, marks[i], strlen(marks[i])))
            return true;
    return false;
}

/* The setting a variable stands for: its '.' are '_' there, its letters are small here. */
static struct str setting_name(struct config *f, struct ctx *c, struct str variable)
{
    struct str name = arena_copy(c->arena, str_from(variable, sizeof("DUAN_") - 1));
    char *p = arena_bytes(c->arena, name.len);

    for (size_t i = 0; i < name.len; i++)
        p[i] = (char)(name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? name.ptr[i] + 32 : name.ptr[i]);
    name.ptr = p;
    for (size_t i = 0; i < f->count; i++) {
        struct str known = str_of(f->settings[i].name);
        size_t k = 0;

        while (k < name.len && k < known.len && (known.ptr[k] == '.' ? '_' : known.ptr[k]) == p[k])
            k++;
        if (k == name.len && k == known.len)
            return known;
    }
    return name;
}

struct err *config_load_env(struct config *f, struct ctx *c, char *const *env,
                            const char *const *except)
{
    struct config_batch b;

    config_batch_init(&b, f, c, CONFIG_ENV);
    for (; *env; env++) {
        struct str value = str_of(*env), variable = str_cut(&value, '=');

        if (!str_starts(variable, STR("DUAN_")) || contains(except, variable))
            continue;
        struct str name = setting_name(f, c, variable);

        if (config_find(f->settings, f->count, name) == f->count &&
            is_service_link(variable, value))
            continue;
        config_batch_put(&b, arena_copy(c->arena, variable).ptr, name, value);
    }
    return config_batch_commit(&b);
}

struct err *config_load_set(struct config *f, struct ctx *c, struct str assignment)
{
    struct config_batch b;
    struct str value = assignment, name = str_cut(&value, '=');

    if (name.len == assignment.len)
        return err_new(c, ERR_INVALID, "--set: expected name=value");
    config_batch_init(&b, f, c, CONFIG_SET);
    config_batch_put(&b, "--set", name, value);
    return config_batch_commit(&b);
}
