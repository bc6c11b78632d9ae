/* The page of reference: every setting of a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

/* A '|' would end the cell. */
static void cell(FILE *out, const char *text)
{
    for (; *text; text++)
        (void)fprintf(out, "%s%c", *text == '|' ? "\\" : "", *text);
}

static void row(const struct config_setting *s, FILE *out)
{
    struct arena arena = {0};

    (void)fprintf(out, "| `%s` | ", s->name);
    if (s->text[0]) {
        (void)fputc('`', out);
        cell(out, s->text);
        (void)fputc('`', out);
    }
    (void)fputs(" | ", out);
    cell(out, config_value_allowed(&arena, s));
    (void)fprintf(out, " | %s | ", s->reload ? "yes" : "no");
    cell(out, s->help);
    (void)fputs(" |\n", out);
    arena_fini(&arena);
}

void config_reference(const struct config_setting *settings, size_t count, FILE *out)
{
    (void)fputs("| Setting | Default | Allowed | While running | Meaning |\n"
                "|---|---|---|---|---|\n",
                out);
    for (size_t i = 0; i < count; i++)
        row(&settings[i], out);
}
