/* Checking text: length in characters, no control characters, not blank. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "text_rules.h"

#include "limits.h"
#include "utf8.h"

/* Bytes of an allowed control character at the start; 0: there is none. */
static size_t allowed(const struct text_rule *rule, struct str text)
{
    if (rule->lines && str_starts(text, STR("\r\n")))
        return 2;
    return (rule->lines && text.ptr[0] == '\n') || (rule->tabs && text.ptr[0] == '\t');
}

static bool has_control(const struct text_rule *rule, struct str text)
{
    while (text.len) { /* what stands between control characters that are allowed */
        size_t n = 0, step = 0;

        while (n < text.len && (step = allowed(rule, str_from(text, n))) == 0)
            n++;
        if (utf8_has_control((struct str){text.ptr, n}))
            return true;
        text = str_from(text, n + step);
    }
    return false;
}

struct err *text_rules_check(struct ctx *c, const struct text_rule *rule, struct str text)
{
    size_t chars = utf8_length(text);

    if (!utf8_valid(text))
        return err_reason(c, ERR_INVALID, rule->reason, "the %s is not valid text", rule->what);
    if (chars < rule->min_chars || chars > rule->max_chars)
        return err_reason(c, ERR_INVALID, rule->reason, "the %s must have %zu to %zu characters",
                          rule->what, rule->min_chars, rule->max_chars);
    if (rule->min_chars > 0 && utf8_is_blank(text))
        return err_reason(c, ERR_INVALID, rule->reason, "the %s is blank", rule->what);
    if (has_control(rule, text))
        return err_reason(c, ERR_INVALID, rule->reason, "the %s has control characters",
                          rule->what);
    return NULL;
}

static struct err *check_note(struct ctx *c, const char *what, struct str text, size_t max)
{
    const struct text_rule rule = {.what = what, .min_chars = 1, .max_chars = max};

    return text.len ? text_rules_check(c, &rule, text) : NULL;
}

struct err *text_rules_check_deed(struct ctx *c, struct str why, struct str who)
{
    TRY(check_note(c, "reason", why, HIDE_REASON_MAX_CHARS));
    return check_note(c, "name", who, OPERATOR_MAX_CHARS);
}
