/* Settings: the table, its checks, and the getters. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

#include <stdlib.h>

/* Only for what the table of settings or the code that reads it has wrong. */
static _Noreturn void die(const char *name, const char *what)
{
    (void)fprintf(stderr, "config: %s: %s\n", name, what);
    abort();
}

static bool name_is_good(struct str name)
{
    size_t depth = 0;

    if (name.len > CONFIG_NAME_MAX)
        return false;
    for (struct str rest = name; rest.ptr; depth++) {
        struct str part = str_cut(&rest, '.');

        if (part.len == 0 || depth == CONFIG_DEPTH_MAX)
            return false;
        for (size_t i = 0; i < part.len; i++)
            if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", part.ptr[i]))
                return false;
    }
    return true;
}

/* One environment variable must mean one setting, so "a.b" and "a_b" exclude each other. */
static bool same_variable(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if ((*a == '.' ? '_' : *a) != (*b == '.' ? '_' : *b))
            return false;
    return *a == *b;
}

static void check_setting(const struct config_setting *settings, size_t i)
{
    const struct config_setting *s = &settings[i];

    if (!name_is_good(str_of(s->name)))
        die(s->name, "not a good name for a setting");
    if ((s->type == CONFIG_CHOICE) != (s->choices != NULL))
        die(s->name, "choices belong to a setting of type CONFIG_CHOICE, and only there");
    if (!s->help || !s->text)
        die(s->name, "has no help or no default");
    for (size_t k = 0; k < i; k++)
        if (same_variable(settings[k].name, s->name))
            die(s->name, "there are two of this name");
}

struct config *config_create(const struct config_setting *settings, size_t count)
{
    struct config *f = calloc(1, sizeof(*f));

    if (!f)
        abort();
    f->settings = settings;
    f->count = count;
    f->values = arena_array(&f->arena, struct config_value, count);
    for (size_t i = 0; i < count; i++) {
        struct config_value *v = &f->values[i];

        check_setting(settings, i);
        v->text = str_of(settings[i].text);
        v->place = "default";
        if (!config_value_parse(&settings[i], v->text, &v->number))
            die(settings[i].name, "its default is not allowed");
    }
    return f;
}

void config_destroy(struct config *f)
{
    if (!f)
        return;
    arena_fini(&f->arena);
    free(f);
}

size_t config_find(const struct config_setting *settings, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_of(settings[i].name), name))
            return i;
    return count;
}

static const struct config_value *value_of(const struct config *f, const char *name)
{
    size_t i = config_find(f->settings, f->count, str_of(name));

    if (i == f->count)
        die(name, "no such setting");
    return &f->values[i];
}

static const struct config_value *typed(const struct config *f, const char *name,
                                        enum config_type type)
{
    const struct config_value *v = value_of(f, name);

    if (f->settings[v - f->values].type != type)
        die(name, "read as another type than it has");
    return v;
}

struct str config_str(const struct config *f, const char *name)
{
    const struct config_value *v = value_of(f, name);
    enum config_type type = f->settings[v - f->values].type;

    if (type != CONFIG_STRING && type != CONFIG_CHOICE)
        die(name, "read as a text, but is none");
    return v->text;
}

size_t config_choice(const struct config *f, const char *name)
{
    return (size_t)typed(f, name, CONFIG_CHOICE)->number;
}

int64_t config_int(const struct config *f, const char *name)
{
    return typed(f, name, CONFIG_INT)->number;
}

bool config_bool(const struct config *f, const char *name)
{
    return typed(f, name, CONFIG_BOOL)->number != 0;
}

int64_t config_bytes(const struct config *f, const char *name)
{
    return typed(f, name, CONFIG_BYTES)->number;
}

int64_t config_duration_ms(const struct config *f, const char *name)
{
    return typed(f, name, CONFIG_DURATION)->number;
}

bool config_is_set(const struct config *f, const char *name)
{
    return value_of(f, name)->rank != CONFIG_DEFAULT;
}

const struct config_setting *config_changed(const struct config *before, const struct config *after,
                                            size_t *at)
{
    while (*at < before->count) {
        size_t i = (*at)++;
        const struct config_value *a = &before->values[i], *b = &after->values[i];
        bool text = before->settings[i].type == CONFIG_STRING;

        if (text ? !str_eq(a->text, b->text) : a->number != b->number)
            return &before->settings[i];
    }
    return NULL;
}
