/* The settings that apply, as YAML that loads again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

#include "json.h"

/* A JSON text is a YAML scalar in double quotes. */
static void print_text(struct str text, FILE *out)
{
    struct arena arena = {0};
    struct json j = {.arena = &arena};

    json_text(&j, text);
    (void)fprintf(out, STR_FMT, STR_ARG(json_str(&j)));
    arena_fini(&arena);
}

static void print_value(const struct config_setting *s, const struct config_value *v, FILE *out)
{
    if (s->secret && v->text.len)
        print_text(STR("***"), out);
    else if (s->type == CONFIG_STRING || s->type == CONFIG_CHOICE)
        print_text(v->text, out);
    else
        (void)fprintf(out, STR_FMT, STR_ARG(v->text));
}

void config_print(const struct config *f, FILE *out)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct config_setting *s = &f->settings[i];
        bool hidden = s->secret && f->values[i].text.len;

        /* A hidden value must not be loaded as if it were one. */
        (void)fprintf(out, "%s# %s\n%s%s: ", i ? "\n" : "", s->help, hidden ? "# " : "", s->name);
        print_value(s, &f->values[i], out);
        (void)fprintf(out, " # %s\n", f->values[i].place);
    }
}
