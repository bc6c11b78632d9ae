/* The values of one source on their way in: checked one by one, taken over all together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

#include <stdarg.h>

#include "json.h"
#include "utf8.h"

enum { PROBLEMS_MAX = 20, SHOWN_MAX = 60, PROBLEM_LEN_MAX = 512 };

void config_batch_init(struct config_batch *b, struct config *f, struct ctx *c,
                       enum config_rank rank)
{
    *b = (struct config_batch){.config = f, .c = c, .rank = rank};
    b->values = arena_array(c->arena, struct config_value, f->count);
}

void config_batch_problem(struct config_batch *b, const char *place, const char *fmt, ...)
{
    char line[PROBLEM_LEN_MAX];
    va_list ap;

    if (b->problem_count++ >= PROBLEMS_MAX)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    b->problems = arena_printf(b->c->arena, "%s%s%s: %s", b->problems ? b->problems : "",
                               b->problems ? "\n" : "", place, line);
}

const char *config_batch_shown(struct config_batch *b, struct str text)
{
    struct json j = {.arena = b->c->arena};
    struct str head = {text.ptr, text.len < SHOWN_MAX ? text.len : SHOWN_MAX};

    if (!utf8_valid(text) || utf8_has_control(text))
        return "the value";
    while (head.len < text.len && ((uint8_t)text.ptr[head.len] & 0xc0) == 0x80)
        head.len--; /* not in the middle of a character */
    json_text(&j, head);
    json_raw(&j, text.len > head.len ? STR("...") : STR(""));
    return arena_copy(b->c->arena, json_str(&j)).ptr;
}

static void unknown(struct config_batch *b, const char *place, struct str name)
{
    if (b->problem_count >= PROBLEMS_MAX) {
        b->problem_count++;
        return;
    }
    const char *shown = config_batch_shown(b, name), *near = config_nearest(b->config, name);

    if (near)
        config_batch_problem(b, place, "%s is not a setting; did you mean %s?", shown, near);
    else
        config_batch_problem(b, place, "%s is not a setting", shown);
}

void config_batch_put(struct config_batch *b, const char *place, struct str name, struct str text)
{
    size_t i = config_find(b->config->settings, b->config->count, name);

    if (i == b->config->count) {
        unknown(b, place, name);
        return;
    }
    const struct config_setting *s = &b->config->settings[i];
    struct config_value *v = &b->values[i];

    if (v->place) {
        config_batch_problem(b, place, "%s is already set at %s", s->name, v->place);
        return;
    }
    *v = (struct config_value){.text = text, .rank = b->rank, .place = place};
    if (!config_value_parse(s, text, &v->number))
        config_batch_problem(b, place, "%s: %s is not %s", s->name,
                             s->secret ? "the value" : config_batch_shown(b, text),
                             config_value_allowed(b->c->arena, s));
}

struct err *config_batch_commit(struct config_batch *b)
{
    struct config *f = b->config;

    if (b->problems) {
        struct err *e = err_new(b->c, ERR_INVALID, "bad settings");

        if (b->problem_count > PROBLEMS_MAX)
            b->problems = arena_printf(b->c->arena, "%s\nand %zu more", b->problems,
                                       b->problem_count - PROBLEMS_MAX);
        e->msg = b->problems; /* longer than err_new() would keep */
        return e;
    }
    for (size_t i = 0; i < f->count; i++) {
        struct config_value *v = &b->values[i];

        if (!v->place || v->rank < f->values[i].rank)
            continue;
        f->values[i] = *v;
        f->values[i].text = arena_copy(&f->arena, v->text);
        f->values[i].place = arena_copy(&f->arena, str_of(v->place)).ptr;
    }
    return NULL;
}
