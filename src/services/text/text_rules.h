/* What people may write: the rules that several services share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_RULES_H
#define TEXT_RULES_H

#include "err.h"

/* What text is checked against. Pure; any thread. */
struct text_rule {
    const char *what;   /* "comment": for the message */
    const char *reason; /* of the failure: "bad_text"; NULL: none of its own */
    size_t min_chars, max_chars;
    bool lines, tabs; /* allowed; "\r" only before "\n", other control characters never */
};

/* ERR_INVALID: too short, too long, blank, a control character, or not UTF-8. */
MUST_USE struct err *text_rules_check(struct ctx *c, const struct text_rule *rule, struct str text);

/* What is written down of an operator's deed: why, and by whom; either may be empty. */
MUST_USE struct err *text_rules_check_deed(struct ctx *c, struct str why, struct str who);

#endif
